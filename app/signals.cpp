#include "app/signals.hpp"

#include <cerrno>
#include <csignal>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <system_error>
#include <unistd.h>

namespace grtc::app {

Signals::Signals() {
  std::signal(SIGPIPE, SIG_IGN);
  sigset_t taken;
  sigemptyset(&taken);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&taken, signal);
  ::pthread_sigmask(SIG_BLOCK, &taken, nullptr);
  signals_ = ::signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK);
  wakes_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (signals_ < 0 || wakes_ < 0) throw std::system_error(errno, std::generic_category(), "signals");
}

Signals::~Signals() {
  ::close(signals_);
  ::close(wakes_);
}

Event Signals::wait(std::chrono::milliseconds at_most) {
  return wait_ms(static_cast<int>(at_most.count()));
}

Event Signals::wait() {
  return wait_ms(-1);
}

Event Signals::wait_ms(int timeout_ms) {
  for (;;) {
    pollfd both[]{{signals_, POLLIN, 0}, {wakes_, POLLIN, 0}};
    const int ready = ::poll(both, 2, timeout_ms);
    if (ready == 0) return Event::timeout;
    if (signalfd_siginfo info{}; ::read(signals_, &info, sizeof info) == sizeof info) {
      return info.ssi_signo == static_cast<std::uint32_t>(SIGHUP) ? Event::reload : Event::stop;
    }
    if (std::uint64_t count = 0; ::read(wakes_, &count, sizeof count) == sizeof count) return Event::woken;
  }
}

void Signals::wake() noexcept {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(wakes_, &one, sizeof one);  // full: it is awake anyway
}

}  // namespace grtc::app
