#pragma once
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

#include "http/message.hpp"

namespace grtc::http {

/// Files of a directory, read at each request so that a saved one is live at the next reload. Reading may block and so
/// has a thread of its own. Any thread calls it.
class DiskFiles {
 public:
  explicit DiskFiles(std::filesystem::path root);
  DiskFiles(const DiskFiles&) = delete;
  DiskFiles& operator=(const DiskFiles&) = delete;
  /// Waiting requests are dropped, which answers them with 500.
  ~DiskFiles() = default;

  /// Answers with the file at `path` below the root; 404 where there is none, or it lies outside (`..`, a symbolic
  /// link) or is over kMaxFileBytes; 503 when kMaxWaiting requests wait already.
  void read(std::string path, Reply reply);

  static constexpr std::size_t kMaxFileBytes = std::size_t{16} * 1024 * 1024;
  static constexpr std::size_t kMaxWaiting = 256;

 private:
  struct Job {
    std::string path;
    Reply reply;
  };
  void work(const std::stop_token& stop);
  [[nodiscard]] Response load(const std::string& path) const;

  const std::filesystem::path root_;
  std::mutex mutex_;
  std::condition_variable_any woken_;
  std::deque<Job> jobs_;
  std::jthread worker_;  ///< last: it uses all of the above
};

}  // namespace grtc::http
