#pragma once
#include <string>

#include "core/seq_text.hpp"
#include "core/session.hpp"

namespace grtc::core {

enum class LeaveReason : std::uint8_t { left, timeout, removed, replaced };

/// Turns what happens in a room into the bytes that a dialect's clients read; the core knows none of their words.
/// Called once an event, whatever the number of receivers. Thread: the room's own.
class EventEncoder {
 public:
  EventEncoder() = default;
  EventEncoder(const EventEncoder&) = delete;
  EventEncoder& operator=(const EventEncoder&) = delete;

  [[nodiscard]] virtual SharedFrame joined(const Session& who, const SeqText& seq) const = 0;
  [[nodiscard]] virtual SharedFrame updated(const Session& who, const SeqText& seq) const = 0;
  [[nodiscard]] virtual SharedFrame left(const Session& who, LeaveReason reason, const SeqText& seq) const = 0;

 protected:
  ~EventEncoder() = default;
};

}  // namespace grtc::core
