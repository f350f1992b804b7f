#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/problem.hpp"

namespace grtc::signalling {

/// Most receivers of one multicast.
inline constexpr std::size_t kMaxReceivers = 64;
/// How deep a message's JSON may be nested.
inline constexpr unsigned kMaxDepth = 32;

/// What the server needs to know of a `grtc.v1` message, as places in its text; the payload is not looked at.
/// Everything points into the scanned text or into `unescaped`.
struct Envelope {
  enum class Kind : std::uint8_t { relayed, ping, update, leave };

  Kind kind = Kind::relayed;
  std::string_view type;
  std::uint64_t id = 0;   ///< 0: none was given
  bool broadcast = true;  ///< no `to`
  std::vector<std::string_view> to;
  /// The members that go on to the receivers: all but `id`, `from` and `seq`, as slices of the text with the commas
  /// between them. Usually one or two slices. Never empty.
  std::vector<std::string_view> members;
  /// Decoded strings that `to` points into, where a peer id was written with escapes.
  std::vector<std::string> unescaped;

  void clear();
};

/// How a message is at fault: the code, and a sentence for its sender.
struct EnvelopeFault {
  core::Code code;
  std::string_view sentence;
};

/// Reads one message in one pass: checks that it is JSON and follows the rules of docs/signalling.md.
///
/// A member is known by its decoded name, and `type`, `to` and `id` may stand only once: a receiver's parser takes
/// the last of two, so a second one would say something else than what was checked here.
///
/// @param text  valid UTF-8; must outlive `out`
/// @param out   filled as far as the scan came: `id` also on a fault, so that the error can name the message.
///              Reused from message to message, so that the usual one allocates nothing.
/// @return nothing, or bad_json, too_deep, bad_message, reserved_type, missing_to
[[nodiscard]] std::optional<EnvelopeFault> scan_envelope(std::string_view text, Envelope& out);

}  // namespace grtc::signalling
