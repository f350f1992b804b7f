#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <sys/socket.h>
#include <thread>
#include <vector>

#include "core/executor.hpp"
#include "redis/target.hpp"

namespace grtc::redis {

struct Address {
  sockaddr_storage bytes{};
  socklen_t size = 0;
};

/// Looks names up on a thread of its own, as getaddrinfo(3) blocks.
class Resolver {
 public:
  using Done = std::function<void(const std::vector<Address>&)>;

  Resolver() = default;
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;
  ~Resolver();

  /// `done` runs on `on`, later; with nothing when the name is not known. Numeric addresses need no thread.
  void resolve(const Host& host, core::Executor& on, Done done);

 private:
  struct Question {
    Host host;
    core::Executor* on;
    Done done;
  };
  void run();

  std::mutex mutex_;
  std::condition_variable asked_;
  std::deque<Question> questions_;
  bool ending_ = false;
  std::thread thread_;  ///< started with the first name
};

}  // namespace grtc::redis
