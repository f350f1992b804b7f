#include "core/told_ahead.hpp"

#include <algorithm>

namespace grtc::core {

std::optional<std::uint64_t> ToldAhead::take(std::string_view peer, std::uint64_t id) {
  const auto it =
      std::find_if(all_.begin(), all_.end(), [&](const Told& told) { return told.id == id && told.peer == peer; });
  if (it == all_.end()) return std::nullopt;
  const std::uint64_t operation = it->operation;
  all_.erase(it);
  return operation;
}

void ToldAhead::forget(std::uint64_t operation) {
  // The log has them in the order in which they were told: it is among the first.
  const auto it = std::find_if(all_.begin(), all_.end(), [&](const Told& told) { return told.operation >= operation; });
  if (it != all_.end() && it->operation == operation) all_.erase(it);
}

void ToldAhead::expire(TimePoint now, std::chrono::milliseconds window) {
  if (all_.empty()) return;
  if (!until_) until_ = now + window;
  if (now < *until_) return;
  all_.clear();
  until_.reset();
}

}  // namespace grtc::core
