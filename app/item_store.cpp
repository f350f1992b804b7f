#include "app/item_store.hpp"

#include <array>
#include <atomic>
#include <functional>
#include <string>
#include <utility>

#include "app/serve_options.hpp"
#include "items/histogram.hpp"
#include "items/postgres/postgres_store.hpp"
#include "items/sqlite/sqlite_store.hpp"

namespace grtc::app {
namespace {

using core::Result;
using items::postgres::PostgresStore;
using items::sqlite::SqliteMetrics;
using items::sqlite::SqliteStore;

constexpr const char* kRefused = "Item calls refused because the queue was full";
constexpr const char* kWaiting = "Item calls that wait";

/// A histogram of whole numbers as one of the metric's unit: `unit` is 1e-6 for microseconds as seconds.
template <std::size_t Bounds>
ops::HistogramSnapshot scaled(const std::array<std::uint64_t, Bounds>& bounds, const items::HistogramData<Bounds>& data,
                              double unit) {
  ops::HistogramSnapshot snapshot;
  for (const std::uint64_t bound : bounds) snapshot.bounds.push_back(static_cast<double>(bound) * unit);
  snapshot.counts.assign(data.counts.begin(), data.counts.end());
  snapshot.sum = static_cast<double>(data.sum) * unit;
  return snapshot;
}

void publish(ops::Metrics& metrics, const SqliteStore& store) {
  const auto read = [&store](auto member) {
    return [&store, member] { return static_cast<double>(store.metrics().*member); };
  };
  metrics.counter("grtc_sqlite_writes_total", "Writes committed", {}, read(&SqliteMetrics::writes));
  metrics.counter("grtc_sqlite_failed_writes_total", "Writes that the database failed", {},
                  read(&SqliteMetrics::failed_writes));
  metrics.counter("grtc_sqlite_refused_total", kRefused, {{"kind", "write"}}, read(&SqliteMetrics::refused_writes));
  metrics.counter("grtc_sqlite_refused_total", kRefused, {{"kind", "read"}}, read(&SqliteMetrics::refused_reads));
  metrics.gauge("grtc_sqlite_queue", kWaiting, {{"kind", "write"}}, read(&SqliteMetrics::write_queue));
  metrics.gauge("grtc_sqlite_queue", kWaiting, {{"kind", "read"}}, read(&SqliteMetrics::read_queue));
  metrics.histogram("grtc_sqlite_commit_batch_size", "Writes that shared one commit", {},
                    [&store] { return scaled(items::kBatchSizeBounds, store.metrics().batch_size, 1); });
  metrics.histogram("grtc_sqlite_commit_seconds", "From a transaction's begin to its being durable", {},
                    [&store] { return scaled(items::kMicrosBounds, store.metrics().commit_us, 1e-6); });
}

void publish(ops::Metrics& metrics, const PostgresStore& store, std::int64_t pool) {
  const auto& counters = store.counters();
  const auto read = [](const auto& counter) { return [&counter] { return static_cast<double>(counter.load()); }; };
  metrics.counter("grtc_postgres_writes_total", "Writes committed", {}, read(counters.writes));
  metrics.counter("grtc_postgres_failed_writes_total", "Writes that the database failed", {},
                  read(counters.failed_writes));
  metrics.counter("grtc_postgres_unknown_writes_total", "Failed writes whose fate is unknown: the connection was lost",
                  {}, read(counters.unknown_writes));
  metrics.counter("grtc_postgres_refused_total", kRefused, {{"kind", "write"}}, read(counters.refused_writes));
  metrics.counter("grtc_postgres_refused_total", kRefused, {{"kind", "read"}}, read(counters.refused_reads));
  metrics.gauge("grtc_postgres_queue", kWaiting, {{"kind", "write"}},
                [&store] { return static_cast<double>(store.queued_writes()); });
  metrics.gauge("grtc_postgres_queue", kWaiting, {{"kind", "read"}}, read(counters.read_queue));
  metrics.gauge("grtc_postgres_connections", "Open connections", {}, read(counters.connections));
  metrics.gauge("grtc_postgres_pool", "Connections wanted (DATABASE_POOL)", {},
                [pool] { return static_cast<double>(pool); });
  metrics.counter("grtc_postgres_reconnects_total", "Connections lost and made again", {}, read(counters.reconnects));
  metrics.histogram("grtc_postgres_commit_batch_size", "Writes that shared one commit", {},
                    [&counters] { return scaled(items::kBatchSizeBounds, counters.batch_size.read(), 1); });
  metrics.histogram("grtc_postgres_commit_seconds", "From a transaction's begin to its being durable", {},
                    [&counters] { return scaled(items::kMicrosBounds, counters.write_us.read(), 1e-6); });
  metrics.histogram("grtc_postgres_read_seconds", "From sending a read to its answer", {},
                    [&counters] { return scaled(items::kMicrosBounds, counters.read_us.read(), 1e-6); });
}

std::function<void(bool, const std::string&)> told_to(ops::Log& log) {
  return [&log](bool bad, const std::string& sentence) {
    if (bad) {
      log.error(sentence);
    } else {
      log.info(sentence);
    }
  };
}

Result<std::unique_ptr<items::ItemStore>> open_postgres(const ops::Settings& settings, ops::Log& log,
                                                        ops::Metrics& metrics) {
  auto options = postgres_options(settings);
  options.report = told_to(log);
  auto store = PostgresStore::open(std::move(options));
  if (!store) return store.error();
  publish(metrics, **store, settings.integer("DATABASE_POOL"));
  return *std::move(store);
}

Result<std::unique_ptr<items::ItemStore>> open_sqlite(const ops::Settings& settings, ops::Log& log,
                                                      ops::Metrics& metrics) {
  auto options = sqlite_options(settings);
  options.report = told_to(log);
  auto store = SqliteStore::open(std::move(options));
  if (!store) return store.error();
  publish(metrics, **store);
  return *std::move(store);
}

}  // namespace

Result<std::unique_ptr<items::ItemStore>> open_item_store(const ops::Settings& settings, ops::Log& log,
                                                          ops::Metrics& metrics) {
  return settings.has("DATABASE_URL") ? open_postgres(settings, log, metrics) : open_sqlite(settings, log, metrics);
}

}  // namespace grtc::app
