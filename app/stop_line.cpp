#include "app/stop_line.hpp"

#include <cerrno>
#include <cstdint>
#include <sys/eventfd.h>
#include <system_error>
#include <unistd.h>

namespace grtc::app {

StopLine::StopLine() : descriptor_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (descriptor_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
}

StopLine::~StopLine() {
  ::close(descriptor_);
}

void StopLine::pull() noexcept {
  const std::uint64_t one = 1;
  // It can only fail once it is pulled already.
  [[maybe_unused]] const ssize_t written = ::write(descriptor_, &one, sizeof one);
}

}  // namespace grtc::app
