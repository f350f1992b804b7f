#include "signalling/session_file.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <limits>
#include <unistd.h>

#include <openssl/evp.h>

namespace grtc::signalling {
namespace {

using core::Problem;

constexpr std::string_view kMagic = "gRTC sessions 1\n";
constexpr std::size_t kDigest = 32;
/// A file of this size would take longer to read than its sessions live.
constexpr std::size_t kMaxFile = std::size_t{1} << 30;

Problem failure(const std::string& path, std::string_view why) {
  return {core::Code::unavailable, path + ": " + std::string(why), {}, 0};
}

std::string sha256(std::string_view bytes) {
  std::array<unsigned char, kDigest> digest{};
  unsigned size = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr);
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

class Writer {
 public:
  void number(std::uint64_t value) {
    for (int shift = 0; shift < 64; shift += 8) bytes_ += static_cast<char>((value >> shift) & 0xFF);
  }
  void text(std::string_view value) {
    number(value.size());
    bytes_.append(value);
  }
  [[nodiscard]] const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

/// Reads what Writer wrote. After a fault everything reads as zero and empty, and ok() is false.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  std::uint64_t number() {
    if (bytes_.size() < 8) return fail();
    std::uint64_t value = 0;
    for (std::size_t i = 8; i > 0; --i) value = (value << 8) | static_cast<unsigned char>(bytes_[i - 1]);
    bytes_.remove_prefix(8);
    return value;
  }
  std::string text() {
    const std::uint64_t size = number();
    if (size > bytes_.size()) return fail(), std::string();
    std::string value(bytes_.substr(0, size));
    bytes_.remove_prefix(size);
    return value;
  }
  /// A count of things that take at least 8 bytes each, so that a damaged one can't ask for all memory.
  std::uint64_t count() {
    const std::uint64_t n = number();
    return n <= bytes_.size() / 8 ? n : fail();
  }
  [[nodiscard]] bool ok() const { return ok_; }

 private:
  std::uint64_t fail() {
    ok_ = false;
    bytes_ = {};
    return 0;
  }
  std::string_view bytes_;
  bool ok_ = true;
};

std::uint64_t milliseconds(core::WallTime time) {
  return static_cast<std::uint64_t>(time.time_since_epoch().count());
}
core::WallTime wall_time(std::uint64_t ms) {
  return core::WallTime(std::chrono::milliseconds(ms));
}

void write_session(Writer& out, const core::SavedSession& session) {
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

core::SavedSession read_session(Reader& in) {
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

core::SavedRoom read_room(Reader& in) {
  core::SavedRoom room;
  room.name = in.text();
  room.seq = in.number();
  for (std::uint64_t n = in.count(); n > 0 && in.ok(); --n) room.sessions.push_back(read_session(in));
  return room;
}

bool write_file(const std::string& path, std::string_view bytes) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return false;
  bool ok = true;
  while (ok && !bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    ok = written > 0;
    if (ok) bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  ok = ok && ::fsync(fd) == 0;
  return ::close(fd) == 0 && ok;
}

}  // namespace

core::Result<std::size_t> save_sessions(const std::string& path, const std::vector<core::SavedRoom>& rooms,
                                        core::WallTime now) {
  Writer out;
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
  const std::string fresh = path + ".new";
  const std::string bytes = std::string(kMagic) + sha256(out.bytes()) + out.bytes();
  if (!write_file(fresh, bytes) || ::rename(fresh.c_str(), path.c_str()) != 0) {
    const std::string why = std::strerror(errno);
    ::unlink(fresh.c_str());
    return failure(path, why);
  }
  return sessions;
}

core::Result<std::vector<core::SavedRoom>> take_sessions(const std::string& path, core::WallTime now,
                                                         std::chrono::seconds max_age) {
  std::vector<core::SavedRoom> rooms;
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) return rooms;
  const auto size = static_cast<std::size_t>(file.tellg());
  if (size > kMaxFile) return failure(path, "is too large to hold sessions; it was left alone");
  std::string bytes(size, '\0');
  file.seekg(0);
  file.read(bytes.data(), static_cast<std::streamsize>(size));
  if (!file || !bytes.starts_with(kMagic)) return failure(path, "holds no sessions; it was left alone");
  ::unlink(path.c_str());
  const std::string_view body = std::string_view(bytes).substr(std::min(bytes.size(), kMagic.size() + kDigest));
  if (bytes.substr(kMagic.size(), kDigest) != sha256(body)) return failure(path, "was damaged; its sessions are gone");
  Reader in(body);
  if (now - wall_time(in.number()) > max_age) return rooms;
  for (std::uint64_t n = in.count(); n > 0 && in.ok(); --n) rooms.push_back(read_room(in));
  if (!in.ok()) return failure(path, "was damaged; its sessions are gone");
  return rooms;
}

}  // namespace grtc::signalling
