#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/event_log.hpp"

namespace grtc::core {

/// A point in what a session was told. Where several replicas share a room, one that lost its way to the others goes on
/// telling its own peers; `origin` and `operation` then say how far, beyond `seq`.
struct Position {
  Seq seq = 0;
  std::string origin = {};
  std::uint64_t operation = 0;
};

/// A `seq` as it stands in frames: 16 digits, so that later ones also sort later as text and each frame of one message
/// has the same length for every receiver; behind them, rarely, `.origin.operation` (at most 40 characters in all).
class SeqText {
 public:
  static constexpr std::size_t kDigits = 16;
  static constexpr std::size_t kMaxOrigin = 10;

  explicit SeqText(Seq seq) noexcept;
  /// @pre origin.size() <= kMaxOrigin
  SeqText(Seq seq, std::string_view origin, std::uint64_t operation) noexcept;

  [[nodiscard]] std::string_view view() const noexcept { return {bytes_.data(), size_}; }

 private:
  std::array<char, 40> bytes_;
  std::size_t size_ = kDigits;
};

/// The other way. Nothing when it is no `seq` of ours.
[[nodiscard]] std::optional<Position> parse_seq(std::string_view text);

}  // namespace grtc::core
