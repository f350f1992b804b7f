#include <algorithm>
#include <chrono>
#include <utility>

#include "cluster/answers.hpp"
#include "cluster/channel_text.hpp"
#include "cluster/place.hpp"
#include "cluster/script_call.hpp"
#include "cluster/scripts.hpp"
#include "core/fact.hpp"

namespace grtc::cluster {
namespace {

constexpr std::string_view kRooms = "grtc:rooms";
/// A room is on the list so long after a replica last said that it is open.
constexpr std::chrono::minutes kEnlisted{3};

std::string session_key(std::string_view token) {
  return "grtc:session:" + std::string(token);
}

template <class Done>
redis::Client::OnReply to_answer(Done done) {
  return [done = std::move(done)](const redis::Reply& reply) {
    done(reply.is_lost() ? std::nullopt : std::optional(read_answer(reply)));
  };
}

}  // namespace

void SharedRooms::enlist(const Place& place) {
  const auto until = wall_ms() + std::chrono::duration_cast<std::chrono::milliseconds>(kEnlisted).count();
  client_.command(kRooms, {"ZADD", kRooms, std::to_string(until), place.room.name()}, [](const redis::Reply&) {});
  client_.command(kRooms, {"ZREMRANGEBYSCORE", kRooms, "-inf", std::to_string(wall_ms())}, [](const redis::Reply&) {});
}

void SharedRooms::attached(Place& place, const core::Session& session) {
  const std::string key = session_key(session.token());
  const std::string value = place.room.name() + core::kFieldMark + session.peer_id();
  const auto kept = std::chrono::duration_cast<std::chrono::milliseconds>(kEnlisted + options_.limits.resume_window);
  client_.command(key, {"SET", key, value, "PX", std::to_string(kept.count())}, [](const redis::Reply&) {});
}

void SharedRooms::names(std::function<void(std::optional<std::vector<std::string>>)> done) {
  client_.command(kRooms, {"ZRANGEBYSCORE", kRooms, std::to_string(wall_ms()), "+inf", "LIMIT", "0", kMaxListed},
                  [done = std::move(done)](const redis::Reply& reply) {
                    if (!reply.is_array()) return done(std::nullopt);
                    std::vector<std::string> names;
                    for (std::size_t i = 0; i < reply.size(); ++i) names.emplace_back(reply[i].text());
                    done(std::move(names));
                  });
}

void SharedRooms::eval_unopened(const redis::Script& script, const std::string& room,
                                std::vector<std::string> arguments, std::uint64_t operation,
                                redis::Client::OnReply on_reply) {
  const RoomKeys keys(room);
  const std::vector<std::string> head = head_of(options_, origin_ + "a", operation);
  std::vector<std::string_view> words(head.begin(), head.end());
  words.insert(words.end(), arguments.begin(), arguments.end());
  words.emplace_back();  // whatever memory the room has
  const std::array<std::string_view, 3> names{keys.state, keys.log, keys.channel};
  client_.eval(script, names, words, std::move(on_reply));
}

/// Grows in every room, without a memory of each.
std::uint64_t SharedRooms::next_admin_operation() {
  admin_operation_ = std::max(admin_operation_ + 1, static_cast<std::uint64_t>(wall_ms()) * 1000);
  return admin_operation_;
}

void SharedRooms::look(const std::string& room, std::function<void(std::optional<core::Snapshot>)> done) {
  eval_unopened(scripts::kSnapshot, room, {}, 0, [done = std::move(done)](const redis::Reply& reply) {
    done(reply.size() == 3 ? std::optional(read_snapshot(reply[0], reply[1], reply[2])) : std::nullopt);
  });
}

void SharedRooms::announce(const std::string& room, std::string_view members, std::span<const std::string_view> to,
                           std::function<void(std::optional<core::Answer>)> done) {
  const std::uint64_t operation = next_admin_operation();
  core::Operation said;
  said.number = operation;
  said.to = core::join_names(to);
  said.fact = core::write_message(origin_ + "a", operation, {}, {said.to, {&members, 1}});
  RelayBatch alone;
  alone.add(said);
  eval_unopened(scripts::kRelay, room, alone.take().arguments, operation,
                [done = std::move(done)](const redis::Reply& reply) {
                  done(reply.is_lost() ? std::nullopt : std::optional(read_relayed(reply, 0)));
                });
}

void SharedRooms::remove(const std::string& room, const std::string& peer_id,
                         std::function<void(std::optional<core::Answer>)> done) {
  const std::uint64_t operation = next_admin_operation();
  const std::string fact = core::write_fact(core::Fact::Kind::left, origin_ + "a", operation, peer_id, {"removed"});
  eval_unopened(scripts::kLeave, room, {peer_id, std::string(), fact, "1"}, operation, to_answer(std::move(done)));
}

void SharedRooms::owner(const std::string& token,
                        std::function<void(std::optional<std::pair<std::string, std::string>>)> done) {
  const std::string key = session_key(token);
  client_.command(key, {"GET", key}, [done = std::move(done)](const redis::Reply& reply) {
    const std::string_view text = reply.is_error() ? std::string_view() : reply.text();
    const std::size_t mark = text.find(core::kFieldMark);
    if (mark == std::string_view::npos) return done(std::nullopt);
    done(std::pair(std::string(text.substr(0, mark)), std::string(text.substr(mark + 1))));
  });
}

}  // namespace grtc::cluster
