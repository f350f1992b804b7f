#include "ops/secret.hpp"

#include <array>
#include <stdexcept>
#include <sys/random.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "ops/base64.hpp"

namespace grtc::ops {
namespace {

std::string hmac(const EVP_MD* digest, std::string_view key, std::string_view message) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned size = 0;
  // OpenSSL takes a null key for "the previous one", also where its length is 0.
  const char* bytes = key.empty() ? "" : key.data();
  const auto* text = reinterpret_cast<const unsigned char*>(message.data());
  if (HMAC(digest, bytes, static_cast<int>(key.size()), text, message.size(), out.data(), &size) == nullptr) {
    throw std::runtime_error("HMAC failed");  // out of memory, or a crypto policy without the digest
  }
  return {reinterpret_cast<const char*>(out.data()), size};
}

}  // namespace

bool constant_time_equal(std::string_view given, std::string_view expected) noexcept {
  return given.size() == expected.size() && CRYPTO_memcmp(given.data(), expected.data(), given.size()) == 0;
}

std::string hmac_sha256(std::string_view key, std::string_view message) {
  return hmac(EVP_sha256(), key, message);
}

std::string hmac_sha1(std::string_view key, std::string_view message) {
  return hmac(EVP_sha1(), key, message);
}

std::string random_text(std::size_t bytes) {
  std::string random(bytes, '\0');
  // Up to 256 bytes come whole and without a signal between (getrandom(2)).
  if (bytes > 256 || ::getrandom(random.data(), bytes, 0) != static_cast<ssize_t>(bytes)) {
    throw std::runtime_error("no random bytes");
  }
  return base64url(random);
}

}  // namespace grtc::ops
