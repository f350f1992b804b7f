#include "bench/checker.hpp"

namespace grtc::bench {

std::uint64_t Checker::send(Stay from, Stay to) {
  ++expected_;
  return ++to_[to][from].sent;
}

void Checker::receive(Stay from, Stay to, std::uint64_t number) {
  const auto streams = to_.find(to);
  if (streams == to_.end()) return;  // it has left: nothing is expected
  const auto found = streams->second.find(from);
  if (found == streams->second.end()) return;
  Stream& stream = found->second;
  ++delivered_;
  if (number > stream.last) {
    for (std::uint64_t skipped = stream.last + 1; skipped < number; ++skipped) stream.missing.insert(skipped);
    stream.last = number;
    ++arrived_;
  } else if (stream.missing.erase(number) > 0) {
    ++reordered_;
    ++arrived_;
  } else {
    ++doubled_;
  }
}

void Checker::forget(Stay to) {
  const auto streams = to_.find(to);
  if (streams == to_.end()) return;
  for (const auto& [from, stream] : streams->second) {
    expected_ -= stream.sent - stream.last + stream.missing.size();
  }
  to_.erase(streams);
}

Verdict Checker::verdict() const {
  Verdict verdict;
  verdict.sent = expected_;
  verdict.delivered = delivered_;
  verdict.doubled = doubled_;
  verdict.reordered = reordered_;
  for (const auto& [to, streams] : to_) {
    for (const auto& [from, stream] : streams) verdict.lost += stream.sent - stream.last + stream.missing.size();
  }
  return verdict;
}

}  // namespace grtc::bench
