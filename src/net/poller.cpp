#include "net/poller.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <sys/epoll.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace grtc::net {
namespace {

constexpr std::uint8_t kRead = EPOLLIN;
constexpr std::uint8_t kWrite = EPOLLOUT;
constexpr std::size_t kBatch = 256;

}  // namespace

Poller::Poller() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (epoll_ < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
}

Poller::~Poller() {
  clear();
  ::close(epoll_);
}

void Poller::wait_readable(int fd, std::shared_ptr<ReadyHandler> owner) {
  wait(fd, kRead, std::move(owner));
}

void Poller::wait_writable(int fd, std::shared_ptr<ReadyHandler> owner) {
  wait(fd, kWrite, std::move(owner));
}

void Poller::wait(int fd, std::uint8_t what, std::shared_ptr<ReadyHandler> owner) {
  const auto at = static_cast<std::size_t>(fd);
  if (at >= entries_.size()) entries_.resize(std::max(at + 1, entries_.size() * 2));
  Entry& entry = entries_[at];
  if (!entry.owner) entry.owner = std::move(owner);
  entry.wanted = static_cast<std::uint8_t>(entry.wanted | what);
  if ((entry.registered & what) == 0) register_as(fd, entry, static_cast<std::uint8_t>(entry.registered | what));
}

void Poller::register_as(int fd, Entry& entry, std::uint8_t what) {
  epoll_event event{};
  event.events = what;
  event.data.fd = fd;
  const int how = what == 0 ? EPOLL_CTL_DEL : entry.registered == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
  ::epoll_ctl(epoll_, how, fd, &event);
  entry.registered = what;
}

void Poller::forget(int fd) {
  const auto at = static_cast<std::size_t>(fd);
  if (at >= entries_.size()) return;
  let_go(entries_[at]);
  entries_[at].registered = 0;  // closing it takes it off the kernel's list
}

void Poller::let_go(Entry& entry) {
  entry.wanted = 0;
  if (entry.owner) leaving_.push_back(std::move(entry.owner));
}

void Poller::remove(int fd) {
  const auto at = static_cast<std::size_t>(fd);
  if (at >= entries_.size()) return;
  let_go(entries_[at]);
  // Now, and not when it next shows: by then another thread may have closed it.
  if (entries_[at].registered != 0) register_as(fd, entries_[at], 0);
}

void Poller::wake_by(int fd) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;  // each write is an edge: it need not be read
  event.data.fd = fd;
  ::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
  wake_ = fd;
}

Poller::Found Poller::poll(int timeout_ms) {
  while (!leaving_.empty()) std::exchange(leaving_, {}).clear();
  std::array<epoll_event, kBatch> events;
  const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), timeout_ms);
  Found found{.anything = count > 0};
  for (std::size_t i = 0; count > 0 && i < static_cast<std::size_t>(count); ++i) {
    if (events[i].data.fd == wake_) {
      found.woken = true;
    } else {
      tell(events[i].data.fd, events[i].events);
    }
  }
  return found;
}

void Poller::tell(int fd, std::uint32_t events) {
  const auto at = static_cast<std::size_t>(fd);
  if (at >= entries_.size()) return;
  const bool broken = (events & (EPOLLERR | EPOLLHUP)) != 0;
  if (broken || (events & kRead) != 0) notify(at, kRead);
  if (broken || (events & kWrite) != 0) notify(at, kWrite);
  Entry& entry = entries_[at];  // only now: the handlers may have moved the table
  const auto told = static_cast<std::uint8_t>(broken ? kRead | kWrite : events & (kRead | kWrite));
  // Nobody wants to know this any more: it would come back at once, for ever.
  if ((told & entry.registered & ~entry.wanted) != 0) register_as(fd, entry, entry.wanted);
}

void Poller::notify(std::size_t at, std::uint8_t what) {
  Entry& entry = entries_[at];
  if ((entry.wanted & what) == 0) return;
  entry.wanted = static_cast<std::uint8_t>(entry.wanted & ~what);
  const std::shared_ptr<ReadyHandler> owner = entry.wanted != 0 ? entry.owner : std::move(entry.owner);
  if (what == kRead) {
    owner->on_readable();
  } else {
    owner->on_writable();
  }
}

void Poller::clear() {
  // Their ends may end others.
  while (!leaving_.empty() || !entries_.empty()) {
    const auto leaving = std::exchange(leaving_, {});
    const auto entries = std::exchange(entries_, {});
  }
}

}  // namespace grtc::net
