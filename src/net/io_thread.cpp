#include "net/io_thread.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

namespace grtc::net {

namespace asio = boost::asio;

struct IoThread::Tick {
  explicit Tick(asio::io_context& context) : timer(context), work(context.get_executor()) {}
  asio::steady_timer timer;
  asio::executor_work_guard<asio::io_context::executor_type> work;
};

namespace {
constexpr std::chrono::milliseconds kTick{100};
}

IoThread::IoThread(unsigned index)
    : index_(index),
      context_(std::make_unique<asio::io_context>(BOOST_ASIO_CONCURRENCY_HINT_SAFE)),
      tick_(std::make_unique<Tick>(*context_)),
      now_(std::chrono::steady_clock::now()),
      scratch_(std::make_unique<char[]>(kScratch + kScratchSpare)) {}

IoThread::~IoThread() = default;

void IoThread::run() {
  arm_tick();
  context_->run();
}

void IoThread::stop() {
  post([this] { context_->stop(); });
}

void IoThread::post(std::function<void()> task) {
  asio::post(*context_, std::move(task));
}

void IoThread::every_tick(std::function<void(core::TimePoint)> expire) {
  on_tick_.push_back(std::move(expire));
}

void IoThread::at_end_of_turn(std::function<void()> flush) {
  asio::post(*context_, std::move(flush));
}

void IoThread::arm_tick() {
  tick_->timer.expires_after(kTick);
  tick_->timer.async_wait([this](boost::system::error_code error) {
    if (error) return;
    update_now();
    for (const auto& expire : on_tick_) expire(now_);
    arm_tick();
  });
}

}  // namespace grtc::net
