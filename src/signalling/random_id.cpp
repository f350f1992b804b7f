#include "signalling/random_id.hpp"

#include <array>
#include <stdexcept>
#include <string_view>

#include <openssl/rand.h>

#include "ops/base64.hpp"

namespace grtc::signalling {
namespace {

template <std::size_t kBytes>
std::array<unsigned char, kBytes> random_bytes() {
  std::array<unsigned char, kBytes> bytes;
  // Without randomness every session could be taken over: better no session than a guessable one.
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) throw std::runtime_error("no randomness");
  return bytes;
}

template <std::size_t kBytes>
std::string random_text() {
  const auto bytes = random_bytes<kBytes>();
  return ops::base64url({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

}  // namespace

std::string random_peer_id() {
  return random_text<12>();
}
std::string random_uuid() {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  auto bytes = random_bytes<16>();
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0F) | 0x40);
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3F) | 0x80);
  std::string text;
  text.reserve(36);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += kDigits[bytes[i] >> 4];
    text += kDigits[bytes[i] & 0x0F];
  }
  return text;
}
std::string random_session_token() {
  return random_text<18>();
}

}  // namespace grtc::signalling
