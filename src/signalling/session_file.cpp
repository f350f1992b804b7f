#include "signalling/session_file.hpp"

#include <unistd.h>

#include "signalling/saved_file.hpp"

namespace grtc::signalling {
namespace {

using core::Problem;

constexpr std::string_view kMagic = "gRTC sessions 1\n";

std::uint64_t milliseconds(core::WallTime time) {
  return static_cast<std::uint64_t>(time.time_since_epoch().count());
}
core::WallTime wall_time(std::uint64_t ms) {
  return core::WallTime(std::chrono::milliseconds(ms));
}

void write_session(SavedWriter& out, const core::SavedSession& session) {
  out.text(session.peer_id);
  out.text(session.name);
  out.text(session.meta);
  out.text(session.token);
  out.number(milliseconds(session.joined_at));
  out.number(session.received);
  out.number(session.forgotten);
  out.number(session.last);
  out.number(session.events.size());
  for (const auto& [seq, frame] : session.events) {
    out.number(seq);
    out.text(frame);
  }
}

core::SavedSession read_session(SavedReader& in) {
  core::SavedSession session;
  session.peer_id = in.text();
  session.name = in.text();
  session.meta = in.text();
  session.token = in.text();
  session.joined_at = wall_time(in.number());
  session.received = in.number();
  session.forgotten = in.number();
  session.last = in.number();
  for (std::uint64_t n = in.count(); n > 0 && in.ok(); --n) {
    const std::uint64_t seq = in.number();
    session.events.emplace_back(seq, in.text());
  }
  return session;
}

core::SavedRoom read_room(SavedReader& in) {
  core::SavedRoom room;
  room.name = in.text();
  room.seq = in.number();
  for (std::uint64_t n = in.count(); n > 0 && in.ok(); --n) room.sessions.push_back(read_session(in));
  return room;
}

}  // namespace

core::Result<std::size_t> save_sessions(const std::string& path, const std::vector<core::SavedRoom>& rooms,
                                        core::WallTime now) {
  SavedWriter out;
  out.number(milliseconds(now));
  out.number(rooms.size());
  std::size_t sessions = 0;
  for (const core::SavedRoom& room : rooms) {
    out.text(room.name);
    out.number(room.seq);
    out.number(room.sessions.size());
    sessions += room.sessions.size();
    for (const core::SavedSession& session : room.sessions) write_session(out, session);
  }
  if (sessions == 0) {
    ::unlink(path.c_str());
    return sessions;
  }
  if (auto saved = save_file(path, kMagic, out.bytes()); !saved) return saved.error();
  return sessions;
}

core::Result<std::vector<core::SavedRoom>> take_sessions(const std::string& path, core::WallTime now,
                                                         std::chrono::seconds max_age) {
  std::vector<core::SavedRoom> rooms;
  const auto inside = take_file(path, kMagic, "sessions");
  if (!inside) return inside.error();
  if (!*inside) return rooms;
  SavedReader in(**inside);
  if (now - wall_time(in.number()) > max_age) return rooms;
  for (std::uint64_t n = in.count(); n > 0 && in.ok(); --n) rooms.push_back(read_room(in));
  if (!in.ok()) return file_problem(path, "was damaged; its sessions are gone");
  return rooms;
}

}  // namespace grtc::signalling
