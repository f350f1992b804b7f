#include "net/ws_codec.hpp"

#include <algorithm>
#include <cstring>

#include "net/utf8.hpp"

namespace grtc::net {
namespace {

constexpr std::size_t kMaxControl = 125;

std::uint64_t read_big_endian(const char* p, std::size_t bytes) noexcept {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes; ++i) value = (value << 8) | static_cast<unsigned char>(p[i]);
  return value;
}

bool is_known(unsigned opcode) noexcept {
  return opcode <= 2 || (opcode >= 8 && opcode <= 10);
}

/// RFC 6455 §7.4.1 and IANA's registry: what may stand in a close frame.
bool may_be_sent(std::uint16_t code) noexcept {
  if (code >= 3000 && code <= 4999) return true;
  return code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006;
}

}  // namespace

Decoded decode_header(std::string_view bytes, std::uint64_t max_payload, FrameHeader& header) noexcept {
  if (bytes.empty()) return Decoded::need_more;
  const auto first = static_cast<unsigned char>(bytes[0]);
  const unsigned opcode = first & 0x0FU;
  // Faults are told from the first byte that shows them: the rest of such a frame may never come.
  if ((first & 0x70U) != 0 || !is_known(opcode)) return Decoded::protocol_error;
  const bool fin = (first & 0x80U) != 0;
  const bool control = opcode >= 8;
  if (control && !fin) return Decoded::protocol_error;
  if (bytes.size() < 2) return Decoded::need_more;
  const auto second = static_cast<unsigned char>(bytes[1]);
  if ((second & 0x80U) == 0) return Decoded::protocol_error;
  std::uint64_t payload = second & 0x7FU;
  if (control && payload > kMaxControl) return Decoded::protocol_error;
  const std::size_t extended = payload == 126 ? 2 : payload == 127 ? 8 : 0;
  if (bytes.size() < 2 + extended) return Decoded::need_more;
  if (extended != 0) {
    payload = read_big_endian(bytes.data() + 2, extended);
    const bool shortest = payload >= (extended == 2 ? 126U : 65536U);
    if (!shortest || (payload >> 63) != 0) return Decoded::protocol_error;
  }
  if (payload > max_payload) return Decoded::too_big;
  header.size = static_cast<std::uint8_t>(2 + extended + sizeof header.mask);
  if (bytes.size() < header.size) return Decoded::need_more;
  header.opcode = static_cast<Opcode>(opcode);
  header.fin = fin;
  header.payload = payload;
  std::memcpy(header.mask, bytes.data() + 2 + extended, sizeof header.mask);
  return Decoded::header;
}

void unmask(std::span<char> bytes, const char (&mask)[4], std::size_t offset) noexcept {
  char turned[8];
  for (std::size_t i = 0; i < sizeof turned; ++i) turned[i] = mask[(offset + i) & 3];
  std::uint64_t key = 0;
  std::memcpy(&key, turned, sizeof key);
  std::size_t i = 0;
  for (; i + sizeof key <= bytes.size(); i += sizeof key) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + i, sizeof word);
    word ^= key;
    std::memcpy(bytes.data() + i, &word, sizeof word);
  }
  for (; i < bytes.size(); ++i) bytes[i] = static_cast<char>(bytes[i] ^ turned[i & 7]);
}

char* write_server_header(char* out, Opcode opcode, std::size_t payload) noexcept {
  *out++ = static_cast<char>(0x80U | static_cast<unsigned>(opcode));
  const std::size_t size = server_header_size(payload);
  if (size == 2) {
    *out++ = static_cast<char>(payload);
    return out;
  }
  *out++ = static_cast<char>(size == 4 ? 126 : 127);
  for (std::size_t shift = 8 * (size - 2); shift > 0; shift -= 8) {
    *out++ = static_cast<char>((payload >> (shift - 8)) & 0xFFU);
  }
  return out;
}

void append_frame(std::string& out, Opcode opcode, std::string_view payload) {
  char header[kMaxServerHeader];
  const char* end = write_server_header(header, opcode, payload.size());
  out.append(header, static_cast<std::size_t>(end - header)).append(payload);
}

void append_close(std::string& out, std::uint16_t code, std::string_view reason) {
  std::size_t size = std::min(reason.size(), kMaxControl - 2);
  while (size > 0 && size < reason.size() && (static_cast<unsigned char>(reason[size]) & 0xC0U) == 0x80U) --size;
  std::string payload;
  payload += static_cast<char>(code >> 8);
  payload += static_cast<char>(code & 0xFFU);
  payload.append(reason.substr(0, size));
  append_frame(out, Opcode::close, payload);
}

CloseInfo read_close(std::string_view payload) noexcept {
  if (payload.empty()) return {close_code::kNoStatus, true};
  if (payload.size() == 1) return {close_code::kProtocolError, false};
  const auto code = static_cast<std::uint16_t>(read_big_endian(payload.data(), 2));
  if (!may_be_sent(code)) return {close_code::kProtocolError, false};
  Utf8Check reason;
  if (!reason.feed(payload.substr(2)) || !reason.complete()) return {close_code::kInvalidText, false};
  return {code, true};
}

}  // namespace grtc::net
