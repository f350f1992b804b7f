#include "turn/stun_digests.hpp"

#include <array>

#include <openssl/evp.h>

namespace grtc::turn {
namespace {

constexpr std::array<std::uint32_t, 256> make_crc_table() noexcept {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < table.size(); ++byte) {
    std::uint32_t value = byte;
    for (int bit = 0; bit < 8; ++bit) value = (value & 1U) != 0 ? value >> 1U ^ 0xEDB88320U : value >> 1U;
    table[byte] = value;
  }
  return table;
}

constexpr auto kCrcTable = make_crc_table();

std::uint32_t crc_step(std::uint32_t crc, std::string_view bytes) noexcept {
  for (const char c : bytes) crc = kCrcTable[(crc ^ static_cast<unsigned char>(c)) & 0xFFU] ^ crc >> 8U;
  return crc;
}

}  // namespace

std::string md5(std::string_view bytes) {
  std::string digest(16, '\0');
  unsigned int size = 0;
  EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(digest.data()), &size, EVP_md5(), nullptr);
  return digest;
}

std::uint32_t crc32(std::string_view head, std::string_view body) noexcept {
  return crc_step(crc_step(0xFFFFFFFFU, head), body) ^ 0xFFFFFFFFU;
}

}  // namespace grtc::turn
