#include "signalling/random_id.hpp"

#include <array>
#include <stdexcept>

#include <openssl/rand.h>

#include "ops/base64.hpp"

namespace grtc::signalling {
namespace {

template <std::size_t kBytes>
std::string random_text() {
  std::array<unsigned char, kBytes> bytes;
  // Without randomness every session could be taken over: better no session than a guessable one.
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) throw std::runtime_error("no randomness");
  return ops::base64url({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

}  // namespace

std::string random_peer_id() {
  return random_text<12>();
}
std::string random_session_token() {
  return random_text<18>();
}

}  // namespace grtc::signalling
