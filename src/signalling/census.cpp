#include "signalling/census.hpp"

namespace grtc::signalling {

std::shared_ptr<void> Census::enter(const std::string& address) {
  {
    const std::lock_guard lock(mutex_);
    if (all_ >= max_all_) return nullptr;
    if (max_address_ > 0) {
      std::size_t& here = by_address_[address];
      if (here >= max_address_) return nullptr;
      ++here;
    }
    ++all_;
  }
  // An address is needed again only where it is counted.
  return {static_cast<void*>(this),
          [self = shared_from_this(), from = max_address_ > 0 ? address : std::string()](void*) { self->leave(from); }};
}

void Census::leave(const std::string& address) {
  const std::lock_guard lock(mutex_);
  --all_;
  if (max_address_ == 0) return;
  const auto it = by_address_.find(address);
  if (--it->second == 0) by_address_.erase(it);
}

std::size_t Census::size() const {
  const std::lock_guard lock(mutex_);
  return all_;
}

}  // namespace grtc::signalling
