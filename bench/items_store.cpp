// What the SQLite store does on this machine, without HTTP: durable creates from N waiters, point reads and pages on
// the calling thread, beside a writer that never rests. One JSON line a case.
//   g++-12 -std=c++20 -O2 -march=x86-64-v2 -DFMT_SHARED -Isrc -o /tmp/items_store bench/items_store.cpp src/items/*.cpp
//       src/items/sqlite/*.cpp src/core/problem.cpp -lfmt -lsimdjson -lsqlite3 -lpthread    (one line)
//   /tmp/items_store DIR [SECONDS] [WAITERS]
#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "items/rules.hpp"
#include "items/sqlite/sqlite_store.hpp"

namespace {

using namespace grtc;
using Clock = std::chrono::steady_clock;

/// An I/O loop without sockets.
class Loop final : public core::Executor {
 public:
  void post(std::function<void()> task) override {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
    if (tasks_.size() == 1) some_.notify_one();
  }
  void run_until(const std::function<bool()>& ended) {
    std::deque<std::function<void()>> now;
    while (!ended()) {
      {
        std::unique_lock lock(mutex_);
        some_.wait_for(lock, std::chrono::milliseconds(10), [this] { return !tasks_.empty(); });
        now.swap(tasks_);
      }
      for (auto& task : now) task();
      now.clear();
    }
  }

 private:
  std::mutex mutex_;
  std::condition_variable some_;
  std::deque<std::function<void()>> tasks_;
};

double seconds_since(Clock::time_point then) {
  return std::chrono::duration<double>(Clock::now() - then).count();
}

std::string body_of(long n) {
  return R"({"name":"item )" + std::to_string(n * 7919 % 100'003) +
         R"(","description":"a description of some forty characters..","data":{"n":)" + std::to_string(n) + "}}";
}

/// `waiters` clients, each with one create on its way, for `seconds`.
void creates(items::sqlite::SqliteStore& store, double seconds, int waiters) {
  Loop loop;
  long done = 0;
  long failed = 0;
  int waiting = waiters;
  bool stop = false;
  std::function<void()> again = [&] {
    const auto draft = items::parse_draft(body_of(done));
    store.create(*draft, std::nullopt, loop, [&](const core::Result<items::Item>& item) {
      item ? ++done : ++failed;
      if (stop) {
        --waiting;
      } else {
        again();
      }
    });
  };
  const auto started = Clock::now();
  for (int i = 0; i < waiters; ++i) again();
  loop.run_until([&] {
    stop = seconds_since(started) >= seconds;
    return waiting == 0;
  });
  const double took = seconds_since(started);
  const auto metrics = store.metrics();
  std::uint64_t commits = 0;
  for (const auto count : metrics.batch_size.counts) commits += count;
  std::printf(
      "{\"case\":\"create\",\"waiters\":%d,\"per_s\":%.0f,\"failed\":%ld,\"writes_a_commit\":%.1f,"
      "\"us_a_commit\":%.0f}\n",
      waiters, static_cast<double>(done) / took, failed,
      static_cast<double>(metrics.writes) / static_cast<double>(commits),
      static_cast<double>(metrics.commit_us.sum) / static_cast<double>(commits));
}

/// Calls `read` for `seconds`; prints the rate and the tail in microseconds.
void reads(const char* name, double seconds, const std::function<bool()>& read) {
  std::vector<double> us;
  long missed = 0;
  const auto started = Clock::now();
  while (seconds_since(started) < seconds) {
    const auto before = Clock::now();
    if (!read()) ++missed;
    us.push_back(std::chrono::duration<double, std::micro>(Clock::now() - before).count());
  }
  const auto rate = static_cast<double>(us.size()) / seconds_since(started);
  std::sort(us.begin(), us.end());
  const auto at = [&](double part) { return us[static_cast<std::size_t>(part * static_cast<double>(us.size() - 1))]; };
  std::printf(
      "{\"case\":\"%s\",\"per_s\":%.0f,\"p50_us\":%.1f,\"p99_us\":%.1f,\"p999_us\":%.1f,\"max_us\":%.0f,"
      "\"left_to_the_pool\":%ld}\n",
      name, rate, at(0.5), at(0.99), at(0.999), us.back(), missed);
}

void all_reads(items::sqlite::SqliteStore& store, const std::string& beside, double seconds) {
  Loop me;
  unsigned x = 1;
  items::ListQuery page;
  page.limit = 1;
  page.descending = true;
  const auto newest = store.try_list_now(page, me);
  const auto ids = static_cast<unsigned>((*newest)->items.at(0).id);
  reads(("get" + beside).c_str(), seconds, [&] {
    x = x * 1103515245U + 12345U;
    return store.try_get_now(1 + (x >> 8U) % ids, me).has_value();
  });
  for (const std::uint32_t limit : {20U, 100U}) {
    for (const auto sort : {items::SortKey::id, items::SortKey::name}) {
      items::ListQuery query;
      query.limit = limit;
      query.sort = sort;
      query.descending = true;
      const std::string name = "list_" + std::to_string(limit) + (sort == items::SortKey::id ? "_by_id" : "_by_name");
      reads((name + beside).c_str(), seconds / 2, [&] { return store.try_list_now(query, me).has_value(); });
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::string directory = argc > 1 ? argv[1] : "/tmp";
  const double seconds = argc > 2 ? std::atof(argv[2]) : 2;
  const int waiters = argc > 3 ? std::atoi(argv[3]) : 64;
  const std::string path = directory + "/bench-items.db";
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path + suffix);
  {
    auto store = items::sqlite::SqliteStore::open({.path = path});
    if (!store) {
      std::fprintf(stderr, "%s\n", store.error().sentence.c_str());
      return 1;
    }
    creates(**store, seconds, waiters);
    all_reads(**store, "", seconds);
    std::atomic<bool> ended{false};
    std::thread writer([&] { creates(**store, seconds * 3.5, 16); });
    all_reads(**store, "_beside_writes", seconds);
    writer.join();
  }
  const auto started = Clock::now();
  const auto again = items::sqlite::SqliteStore::open({.path = path});
  std::printf("{\"case\":\"open\",\"ms\":%.2f,\"ok\":%s}\n", seconds_since(started) * 1e3, again ? "true" : "false");
  return 0;
}
