#include "http/disk_files.hpp"

#include <algorithm>
#include <exception>
#include <fstream>
#include <optional>
#include <system_error>
#include <utility>

#include "http/static_files.hpp"

namespace grtc::http {
namespace {

namespace fs = std::filesystem;

/// The real path of `path` below `root`, links followed; nothing when it isn't a regular file below it.
std::optional<fs::path> resolve(const fs::path& root, const std::string& path) {
  if (path.find('\0') != std::string::npos) return std::nullopt;
  std::error_code error;
  const fs::path real_root = fs::canonical(root, error);
  if (error) return std::nullopt;
  fs::path real = fs::canonical(real_root / fs::path(path).relative_path(), error);
  if (error || !fs::is_regular_file(real, error)) return std::nullopt;
  const auto [end, ignored] = std::mismatch(real_root.begin(), real_root.end(), real.begin(), real.end());
  if (end != real_root.end()) return std::nullopt;
  return real;
}

}  // namespace

DiskFiles::DiskFiles(fs::path root)
    : root_(std::move(root)), worker_([this](const std::stop_token& stop) { work(stop); }) {}

void DiskFiles::read(std::string path, Reply reply) {
  {
    const std::lock_guard lock(mutex_);
    if (jobs_.size() < kMaxWaiting) {
      jobs_.push_back({std::move(path), std::move(reply)});
      woken_.notify_one();
      return;
    }
  }
  reply(to_problem_json({core::Code::unavailable, "Too many files are being read.", {}, 1}));
}

void DiskFiles::work(const std::stop_token& stop) {
  for (;;) {
    std::unique_lock lock(mutex_);
    if (!woken_.wait(lock, stop, [this] { return !jobs_.empty(); })) return;
    const Job job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    try {
      job.reply(load(job.path));
    } catch (const std::exception&) {
      job.reply(to_problem_json({core::Code::internal, "The file could not be read.", {}, 0}));
    }
  }
}

Response DiskFiles::load(const std::string& path) const {
  const auto file = resolve(root_, path);
  if (!file) return no_such_file();
  std::error_code error;
  const std::uintmax_t size = fs::file_size(*file, error);
  if (error || size > kMaxFileBytes) return no_such_file();
  std::ifstream in(*file, std::ios::binary);
  Response response;
  response.body.resize(static_cast<std::size_t>(size));
  in.read(response.body.data(), static_cast<std::streamsize>(size));
  if (in.bad() || !in.is_open()) return no_such_file();
  response.body.resize(static_cast<std::size_t>(in.gcount()));  // cut meanwhile
  describe_file(response, path);
  response.headers.push_back({"Cache-Control", "no-store"});
  return response;
}

}  // namespace grtc::http
