#include "app/io_threads.hpp"

#include <pthread.h>
#include <string>

namespace grtc::app {

IoThreads::IoThreads(unsigned count, std::chrono::microseconds busy_poll) {
  for (unsigned i = 0; i < count; ++i) {
    owned_.push_back(std::make_unique<net::IoThread>(i, busy_poll));
    loops_.push_back(owned_.back().get());
  }
}

IoThreads::~IoThreads() {
  stop();
}

void IoThreads::start() {
  for (net::IoThread* loop : loops_) {
    threads_.emplace_back([loop] { loop->run(); });
    // What `top -H` shows.
    ::pthread_setname_np(threads_.back().native_handle(), ("grtc-io-" + std::to_string(loop->index())).c_str());
  }
}

void IoThreads::stop() {
  for (net::IoThread* loop : loops_) loop->stop();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

}  // namespace grtc::app
