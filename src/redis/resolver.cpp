#include "redis/resolver.hpp"

#include <cstring>
#include <netdb.h>

namespace grtc::redis {
namespace {

std::vector<Address> look_up(const Host& host, int flags) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  std::vector<Address> addresses;
  if (getaddrinfo(host.name.c_str(), std::to_string(host.port).c_str(), &hints, &found) != 0) return addresses;
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owned(found, &freeaddrinfo);
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    Address& address = addresses.emplace_back();
    std::memcpy(&address.bytes, one->ai_addr, one->ai_addrlen);
    address.size = one->ai_addrlen;
  }
  return addresses;
}

}  // namespace

Resolver::~Resolver() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  asked_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Resolver::resolve(const Host& host, core::Executor& on, Done done) {
  if (auto numeric = look_up(host, AI_NUMERICHOST); !numeric.empty()) {
    return on.post([done = std::move(done), numeric = std::move(numeric)] { done(numeric); });
  }
  const std::lock_guard lock(mutex_);
  questions_.push_back({host, &on, std::move(done)});
  if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
  asked_.notify_all();
}

void Resolver::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    asked_.wait(lock, [this] { return ending_ || !questions_.empty(); });
    if (ending_) return;
    const Question question = std::move(questions_.front());
    questions_.pop_front();
    lock.unlock();
    question.on->post([done = question.done, addresses = look_up(question.host, 0)] { done(addresses); });
    lock.lock();
  }
}

}  // namespace grtc::redis
