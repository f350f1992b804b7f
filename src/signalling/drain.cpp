#include "signalling/drain.hpp"

#include <algorithm>
#include <utility>

namespace grtc::signalling {
namespace {

constexpr std::chrono::milliseconds kLastAnswers{500};

}  // namespace

Drain::Drain(std::vector<std::weak_ptr<net::WsConnection>> left, core::TimePoint begun, std::chrono::milliseconds over,
             std::function<void()> done)
    : left_(std::move(left)), total_(left_.size()), begun_(begun), over_(over), done_(std::move(done)) {}

void Drain::proceed(core::TimePoint now, const std::function<void(net::WsConnection&)>& tell,
                    const std::function<bool()>& open) {
  const std::chrono::duration<double> passed = now - begun_;
  const std::chrono::duration<double> over = over_;
  const double share = over.count() > 0 ? std::min(1.0, passed / over) : 1.0;
  const auto due = static_cast<std::size_t>(static_cast<double>(total_) * share) + 1;
  while (!left_.empty() && total_ - left_.size() < due) {
    const auto connection = left_.back().lock();
    left_.pop_back();
    if (connection) tell(*connection);
  }
  if (!left_.empty()) return;
  if (!all_told_) all_told_ = now;
  if ((!open() || now - *all_told_ >= kLastAnswers) && done_) std::exchange(done_, nullptr)();
}

}  // namespace grtc::signalling
