#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "net/ws_codec.hpp"

namespace grtc::test {

/// A client's frame (RFC 6455 §5.2), masked with a key that is not zero.
inline std::string client_frame(net::Opcode opcode, std::string_view payload, bool fin = true) {
  static constexpr char kMask[4] = {0x11, 0x22, 0x33, 0x44};
  std::string frame;
  frame += static_cast<char>((fin ? 0x80U : 0U) | static_cast<unsigned>(opcode));
  if (payload.size() < 126) {
    frame += static_cast<char>(0x80U | payload.size());
  } else if (payload.size() < 65536) {
    frame += static_cast<char>(0x80U | 126U);
    frame += static_cast<char>(payload.size() >> 8);
    frame += static_cast<char>(payload.size() & 0xFFU);
  } else {
    frame += static_cast<char>(0x80U | 127U);
    for (int shift = 56; shift >= 0; shift -= 8) frame += static_cast<char>((payload.size() >> shift) & 0xFFU);
  }
  frame.append(kMask, sizeof kMask);
  for (std::size_t i = 0; i < payload.size(); ++i) frame += static_cast<char>(payload[i] ^ kMask[i & 3]);
  return frame;
}

}  // namespace grtc::test
