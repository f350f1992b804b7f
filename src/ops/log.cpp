#include "ops/log.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <mutex>
#include <poll.h>
#include <unistd.h>

#include <spdlog/async.h>
#include <spdlog/async_logger.h>
#include <spdlog/sinks/base_sink.h>

#include "ops/log_line.hpp"

namespace grtc::ops {
namespace {

constexpr std::array<std::string_view, 4> kLevelNames{"debug", "info", "warning", "error"};
/// So long the log's thread waits for a reader that has stopped (a paused terminal) before it drops lines.
constexpr int kPatienceMs = 200;

/// Writes to a descriptor, a line a call. Used on the log's one thread.
class FdSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  FdSink(int fd, std::atomic<std::uint64_t>& lost) : fd_(fd), lost_(lost) {}

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    line_.assign(message.payload.data(), message.payload.size());
    line_ += '\n';
    // Once it stalled, the rest of the queue must not wait as long each: at shutdown that would be minutes.
    pollfd output{fd_, POLLOUT, 0};
    const int ready = ::poll(&output, 1, stalled_ ? 0 : kPatienceMs);
    stalled_ = ready == 0;
    if (stalled_ || !write_all()) lost_.fetch_add(1, std::memory_order_relaxed);
  }
  void flush_() override {}

 private:
  bool write_all() {
    std::string_view rest = line_;
    while (!rest.empty()) {
      const ssize_t written = ::write(fd_, rest.data(), rest.size());
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) return false;  // full disk, closed pipe: a log must not take the server down
      rest.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
  }

  int fd_;
  std::atomic<std::uint64_t>& lost_;
  std::string line_;
  bool stalled_ = false;
};

}  // namespace

Level level_of(std::string_view name) noexcept {
  const auto* const found = std::find(kLevelNames.begin(), kLevelNames.end(), name);
  return found == kLevelNames.end() ? Level::info : static_cast<Level>(found - kLevelNames.begin());
}

std::string_view name_of(Level level) noexcept {
  return kLevelNames[static_cast<std::size_t>(level)];
}

struct Log::Writer {
  Writer(int fd, std::size_t queue)
      : pool(std::make_shared<spdlog::details::thread_pool>(queue, 1)),
        logger(std::make_shared<spdlog::async_logger>("grtc", std::make_shared<FdSink>(fd, lost), pool,
                                                      spdlog::async_overflow_policy::overrun_oldest)) {}

  std::atomic<std::uint64_t> lost{0};
  std::shared_ptr<spdlog::details::thread_pool> pool;
  std::shared_ptr<spdlog::async_logger> logger;
};

Log::Log(const Options& options)
    : level_(options.level),
      format_(options.format),
      instance_(options.instance),
      writer_(std::make_unique<Writer>(options.fd, options.queue)) {}

Log::~Log() = default;

std::uint64_t Log::dropped() const {
  return writer_->lost.load(std::memory_order_relaxed) + writer_->pool->overrun_counter();
}

void Log::write(Level level, std::string_view message, Fields fields) {
  const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  const std::string line = log_line(format_, now, level, instance_, message, fields);
  writer_->logger->log(spdlog::level::info, spdlog::string_view_t(line));
}

}  // namespace grtc::ops
