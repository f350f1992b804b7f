#include "core/event_log.hpp"

#include <algorithm>
#include <cassert>

namespace grtc::core {

namespace {
constexpr std::size_t kFirstRing = 8;
}

bool EventLog::append(Seq seq, const SharedFrame& frame) {
  assert(seq > last_);
  const std::size_t fresh = unwritten() - replayed_;
  const bool full = fresh >= bounds_.events || unwritten_bytes_ + frame.size() > bounds_.bytes;
  if (full && fresh > 0) return false;
  if (count_ == ring_.size()) grow();
  Entry& entry = at(count_);
  entry.seq = seq;
  entry.frame = frame;
  ++count_;
  unwritten_bytes_ += frame.size();
  last_ = seq;
  return true;
}

void EventLog::mark_written(std::size_t n) {
  assert(n <= unwritten());
  for (; n > 0; --n) {
    const std::size_t size = at(written_).frame.size();
    ++written_;
    written_bytes_ += size;
    if (replayed_ > 0) {
      --replayed_;
    } else {
      unwritten_bytes_ -= size;
    }
  }
  const LogBounds kept = remembers_ ? bounds_ : LogBounds{};
  while (written_ > kept.events || (written_bytes_ > kept.bytes && written_ > 0)) drop_oldest();
}

bool EventLog::rewind(Seq seen) {
  if (seen < forgotten_ || seen > last_) return false;
  std::size_t first = 0;
  while (first < count_ && at(first).seq <= seen) ++first;
  written_ = first;
  replayed_ = unwritten();
  unwritten_bytes_ = 0;
  written_bytes_ = 0;
  for (std::size_t i = 0; i < first; ++i) written_bytes_ += at(i).frame.size();
  return true;
}

void EventLog::forget_through(Seq seen) {
  while (written_ > 0 && at(0).seq <= seen) drop_oldest();
  if (count_ == 0 && ring_.size() > kFirstRing) std::vector<Entry>().swap(ring_);
}

Seq EventLog::last_written() const noexcept {
  return written_ == 0 ? forgotten_ : at(written_ - 1).seq;
}

void EventLog::drop_oldest() {
  Entry& oldest = at(0);
  forgotten_ = oldest.seq;
  forgot_ = true;
  written_bytes_ -= oldest.frame.size();
  oldest.frame = SharedFrame();
  head_ = (head_ + 1) & (ring_.size() - 1);
  --count_;
  --written_;
}

void EventLog::grow() {
  std::vector<Entry> larger(std::max(kFirstRing, ring_.size() * 2));
  for (std::size_t i = 0; i < count_; ++i) larger[i] = std::move(at(i));
  ring_ = std::move(larger);
  head_ = 0;
}

}  // namespace grtc::core
