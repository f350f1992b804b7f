// Room tokens: no bytes are a token that nobody signed, and what was signed and then changed in one place is none
// either.

#include <chrono>

#include "fuzz.hpp"
#include "ops/jwt.hpp"

namespace {

using grtc::fuzz::require;

constexpr std::string_view kSecret = "north-north-north";
constexpr grtc::core::WallTime kNow{std::chrono::seconds{1'700'000'000}};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input = grtc::fuzz::text_of(data, size);
  const auto bare = grtc::ops::verify_room_token(input, kSecret, kNow);
  // The seeds hold tokens that are signed with this secret: then it is all the claims' word.
  if (bare) require(bare->expires > kNow, "a token that is taken has not expired");

  grtc::fuzz::Choices choices(input);
  const std::size_t at = choices.next(256);
  const std::size_t change = choices.next(256);
  const std::string token = grtc::ops::sign_room_token(
      {.room = "reunión", .peer_id = "alice", .expires = kNow + std::chrono::hours{1}}, kSecret);
  const auto good = grtc::ops::verify_room_token(token, kSecret, kNow);
  require(good && good->room == "reunión" && good->peer_id == "alice", "a token that was signed is taken");
  std::string changed = token;
  changed[at % changed.size()] = static_cast<char>(changed[at % changed.size()] ^ static_cast<char>(change));
  if (changed != token) {
    require(!grtc::ops::verify_room_token(changed, kSecret, kNow), "a token that was changed is not taken");
  }
  return 0;
}
