#include "net/ws_reader.hpp"

#include <algorithm>

namespace grtc::net {
namespace {

using Kind = WsEvent::Kind;

/// What a control frame may hold whatever the message bound is (RFC 6455 §5.5).
constexpr std::uint64_t kControlPayload = 125;

WsEvent violation(std::uint16_t code) {
  return {Kind::violation, {}, code};
}

}  // namespace

WsEvent WsReader::next(std::span<char>& bytes) {
  if (message_given_) {
    std::string().swap(message_);
    message_given_ = false;
  }
  for (;;) {
    FrameHeader header;
    const std::uint64_t bound = std::max<std::uint64_t>(max_message_, kControlPayload);
    switch (decode_header({bytes.data(), bytes.size()}, bound, header)) {
      case Decoded::need_more:
        wanted_ = bytes.size() + 1;
        return {};
      case Decoded::protocol_error:
        return violation(close_code::kProtocolError);
      case Decoded::too_big:
        return violation(close_code::kTooBig);
      case Decoded::header:
        break;
    }
    const bool control = header.opcode >= Opcode::close;
    // Told from the header on, so that nobody sends 60 KiB to learn that they were one fragment too many.
    if (!control && in_message_ != (header.opcode == Opcode::continuation))
      return violation(close_code::kProtocolError);
    if (!control && header.payload + message_.size() > max_message_) return violation(close_code::kTooBig);
    wanted_ = header.size + header.payload;
    if (bytes.size() < wanted_) return {};
    const std::span<char> payload = bytes.subspan(header.size, header.payload);
    unmask(payload, header.mask);
    bytes = bytes.subspan(wanted_);
    wanted_ = 1;
    const std::string_view text(payload.data(), payload.size());
    if (header.opcode == Opcode::ping) return {Kind::ping, text, 0};
    if (header.opcode == Opcode::pong) return {Kind::pong, text, 0};
    if (header.opcode == Opcode::close) return {Kind::close, text, 0};
    const WsEvent event = data_frame(header, text);
    if (event.kind != Kind::need_more) return event;  // else it was a fragment: the next frame may be here already
  }
}

WsEvent WsReader::data_frame(const FrameHeader& header, std::string_view payload) {
  if (!in_message_) {
    opcode_ = header.opcode;
    utf8_ = Utf8Check();
  }
  if (opcode_ == Opcode::text && !utf8_.feed(payload)) return violation(close_code::kInvalidText);
  if (header.fin && opcode_ == Opcode::text && !utf8_.complete()) return violation(close_code::kInvalidText);
  if (header.fin && !in_message_) return finish(opcode_, payload);  // the usual case: nothing is copied
  in_message_ = !header.fin;
  message_.append(payload);
  if (!header.fin) return {Kind::need_more, {}, 0};
  message_given_ = true;
  return finish(opcode_, message_);
}

WsEvent WsReader::finish(Opcode opcode, std::string_view payload) {
  return {opcode == Opcode::text ? Kind::text : Kind::binary, payload, 0};
}

}  // namespace grtc::net
