#pragma once
#include <cstdint>
#include <memory>
#include <vector>

namespace grtc::net {

/// Is told when a descriptor that it waits for is ready. Called once a wait; it may wait again from inside.
class ReadyHandler {
 public:
  virtual void on_readable() = 0;
  virtual void on_writable() = 0;

 protected:
  ReadyHandler() = default;
  ReadyHandler(const ReadyHandler&) = default;
  ReadyHandler& operator=(const ReadyHandler&) = default;
  virtual ~ReadyHandler() = default;
};

/// One loop's view of its descriptors (epoll(7), level-triggered). A descriptor is registered once and stays so: a wait
/// that follows a read, the rule on a busy connection, costs no system call. Readiness that nobody waits for takes the
/// registration back when it first shows. Thread: the loop's.
class Poller {
 public:
  Poller();
  ~Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  /// `owner` is told when `fd` can be read (or is broken or at its end), and kept alive until then or until forget().
  void wait_readable(int fd, std::shared_ptr<ReadyHandler> owner);
  void wait_writable(int fd, std::shared_ptr<ReadyHandler> owner);
  /// `fd` is about to be closed: its waits are over. The owner, who may be the one that asks, lives on until the next
  /// poll().
  void forget(int fd);
  /// `fd` goes elsewhere, perhaps to another thread: its waits are over, and this loop knows it no more.
  void remove(int fd);

  /// poll() is to return when `fd`, an eventfd(2), is written to.
  void wake_by(int fd);
  struct Found {
    bool anything = false;
    bool woken = false;  ///< the descriptor of wake_by() was written to
  };
  /// Waits for at most `timeout_ms`, then tells the owners of what is ready.
  Found poll(int timeout_ms);
  /// Ends all waits.
  void clear();

 private:
  struct Entry {
    std::shared_ptr<ReadyHandler> owner;
    std::uint8_t registered = 0;  ///< EPOLLIN, EPOLLOUT: as the kernel has it
    std::uint8_t wanted = 0;
  };

  void wait(int fd, std::uint8_t what, std::shared_ptr<ReadyHandler> owner);
  void tell(int fd, std::uint32_t events);
  void notify(std::size_t at, std::uint8_t what);
  void let_go(Entry& entry);
  void register_as(int fd, Entry& entry, std::uint8_t what);

  int epoll_;
  int wake_ = -1;
  std::vector<Entry> entries_;                          ///< by descriptor
  std::vector<std::shared_ptr<ReadyHandler>> leaving_;  ///< owners whose waits were ended by themselves
};

}  // namespace grtc::net
