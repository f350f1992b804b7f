#include <charconv>
#include <chrono>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

#include "app/arguments.hpp"
#include "app/errors.hpp"
#include "ops/jwt.hpp"
#include "ops/settings.hpp"
#include "signalling/names.hpp"

namespace grtc::app {
namespace {

constexpr const char* kSelf = "grtc token";

/// `90s`, `15m`, `1h`, `7d`; from one second to ten years.
std::optional<std::chrono::seconds> duration(std::string_view text) {
  std::int64_t count = 0;
  const char* end = text.data() + text.size();
  const auto [unit, error] = std::from_chars(text.data(), end, count);
  if (error != std::errc{} || end - unit != 1 || count < 1 || count > 1'000'000'000) return std::nullopt;
  std::chrono::seconds seconds{count};
  switch (*unit) {
    case 's':
      break;
    case 'm':
      seconds *= 60;
      break;
    case 'h':
      seconds *= 3600;
      break;
    case 'd':
      seconds *= 86400;
      break;
    default:
      return std::nullopt;
  }
  if (seconds > std::chrono::hours(24) * 3653) return std::nullopt;
  return seconds;
}

/// A room of grtc.v1, or a key or topic of another protocol (docs/compat.md).
std::optional<std::string_view> room_fault(std::string_view room) {
  static constexpr std::size_t kMaxOther = 512;
  for (const std::string_view prefix : {"peerjs/", "yjs/", "trystero/"}) {
    if (!room.starts_with(prefix)) continue;
    if (room.size() == prefix.size() || room.size() > kMaxOther) return "must name a key or topic behind its /";
    return std::nullopt;
  }
  return signalling::name_fault(room);
}

}  // namespace

int token(Words words) {
  std::string room;
  std::string peer;
  std::string ttl = "1h";
  const std::vector<Argument> arguments{
      {.name = "--room",
       .help = "the room that it opens (or peerjs/KEY, yjs/TOPIC, trystero/TOPIC), or * for any",
       .text = &room,
       .required = true},
      {.name = "--peer", .help = "the only peer id that it is good for", .text = &peer},
      {.name = "--ttl", .help = "how long: 90s, 15m, 1h, 7d", .text = &ttl, .shown_default = ttl},
  };
  const std::string purpose = "Prints a room token, signed with the ROOM_TOKEN_SECRET of the environment.";
  if (const auto end = read_arguments(kSelf, purpose, arguments, words)) return *end;
  const auto settings = ops::Settings::load(ops::Settings::nothing(), ops::Settings::environment());
  if (!settings) return say_wrong(kSelf, settings.error().sentence);
  if (!settings->has("ROOM_TOKEN_SECRET")) {
    return say_wrong(kSelf, "ROOM_TOKEN_SECRET is not set: it must be the server's");
  }
  if (const auto fault = room_fault(room)) return say_wrong(kSelf, "--room " + std::string(*fault));
  if (!peer.empty()) {
    if (const auto fault = signalling::name_fault(peer)) return say_wrong(kSelf, "--peer " + std::string(*fault));
  }
  const auto good_for = duration(ttl);
  if (!good_for) return say_wrong(kSelf, "--ttl=" + ttl + ": must be like 90s, 15m, 1h or 7d, up to ten years");
  const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  const ops::RoomClaims claims{room, peer.empty() ? std::nullopt : std::optional(peer), now + *good_for};
  std::puts(ops::sign_room_token(claims, settings->text("ROOM_TOKEN_SECRET")).c_str());
  return kDone;
}

}  // namespace grtc::app
