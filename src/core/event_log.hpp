#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/shared_frame.hpp"

namespace grtc::core {

/// The place of an event in its room: grows by one with each event of the room, so that all receivers of a
/// broadcast know it by the same number and its bytes can be shared.
using Seq = std::uint64_t;

/// Bounds of one half of an EventLog.
struct LogBounds {
  std::size_t events = 0;
  std::size_t bytes = 0;
};

/// The events of one session, oldest first: those that were written to its connection but may not have been seen,
/// then those that still have to be written. It is the session's send queue and its resume memory in one, so an
/// event is stored once.
///
/// Each half is bounded by itself: the written half forgets its oldest, the unwritten half refuses. What rewind() puts
/// back into the unwritten half does not count there, or a client that returns would be too slow at once.
/// Thread: the room's own.
class EventLog {
 public:
  /// @param bounds  of each half (contract: 1,000 events, 1 MiB)
  /// @param start   events after this one belong to the session
  EventLog(LogBounds bounds, Seq start) noexcept : bounds_(bounds), forgotten_(start), last_(start) {}
  /// A queue only: what is written is forgotten, there is no coming back to it.
  [[nodiscard]] static EventLog without_memory(LogBounds bounds) noexcept {
    EventLog log(bounds, 0);
    log.remembers_ = false;
    return log;
  }

  /// Puts an event behind the others. False: the unwritten half is full and nothing was stored.
  /// A single event always fits an empty half.
  [[nodiscard]] bool append(Seq seq, const SharedFrame& frame);

  /// How many events wait to be written, and the `i`-th of them.
  [[nodiscard]] std::size_t unwritten() const noexcept { return count_ - written_; }
  [[nodiscard]] const SharedFrame& unwritten_at(std::size_t i) const noexcept { return at(written_ + i).frame; }
  /// The first `n` unwritten events have left.
  void mark_written(std::size_t n);

  /// Makes the first event after `seen` the next to be written.
  /// False: events between `seen` and now were forgotten, or `seen` is no point of this session; nothing changes.
  [[nodiscard]] bool rewind(Seq seen);
  /// The same for a client that saw nothing: false once any event was forgotten.
  [[nodiscard]] bool rewind_to_start() { return !forgot_ && rewind(forgotten_); }

  /// Forgets the written events up to and including `seen`.
  void forget_through(Seq seen);

  /// The newest written event's number, or where the session began.
  [[nodiscard]] Seq last_written() const noexcept;
  /// The newest event's number, or where the session began.
  [[nodiscard]] Seq last() const noexcept { return last_; }
  /// Events up to this one can't be replayed.
  [[nodiscard]] Seq forgotten() const noexcept { return forgotten_; }

  /// Every event that is kept, oldest first: for the file that a restart resumes from.
  template <class Visit>
  void each(Visit&& visit) const {
    for (std::size_t i = 0; i < count_; ++i) visit(at(i).seq, at(i).frame);
  }
  [[nodiscard]] std::size_t size() const noexcept { return count_; }

 private:
  struct Entry {
    Seq seq = 0;
    SharedFrame frame;
  };
  // A ring: std::deque would hold 576 bytes even when empty, and most logs are empty.
  [[nodiscard]] const Entry& at(std::size_t i) const noexcept { return ring_[(head_ + i) & (ring_.size() - 1)]; }
  [[nodiscard]] Entry& at(std::size_t i) noexcept { return ring_[(head_ + i) & (ring_.size() - 1)]; }
  void drop_oldest();
  void grow();

  LogBounds bounds_;
  std::vector<Entry> ring_;  ///< size: a power of two, or empty
  std::size_t head_ = 0;
  std::size_t count_ = 0;
  std::size_t written_ = 0;  ///< of count_
  std::size_t written_bytes_ = 0;
  std::size_t replayed_ = 0;         ///< of the unwritten: those that rewind() put there
  std::size_t unwritten_bytes_ = 0;  ///< without those
  Seq forgotten_;
  Seq last_;
  bool forgot_ = false;
  bool remembers_ = true;
};

}  // namespace grtc::core
