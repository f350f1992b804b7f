#include "net/busy_poll.hpp"

#include <algorithm>

namespace grtc::net {

bool BusyPoll::is_worth_it() noexcept {
  if (longest_.count() == 0) return false;
  if (rest_ == 0) return true;
  --rest_;
  return false;
}

void BusyPoll::paid() noexcept {
  credit_ = std::min(credit_ + kGain, kMostCredit);
}

void BusyPoll::was_in_vain() noexcept {
  if (credit_ > 0) --credit_;
  if (credit_ == 0) rest_ = kRest;  // then one attempt: in vain, it rests again
}

}  // namespace grtc::net
