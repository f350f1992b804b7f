#include "app/ice_monitor.hpp"

#include <limits>

#include "app/ice_check.hpp"

namespace grtc::app {

IceMonitor::IceMonitor(ops::IceConfig config, std::chrono::seconds every, ops::Log& log)
    : config_(std::move(config)), every_(every), log_(log) {
  for (const auto* urls : {&config_.stun_urls, &config_.turn_urls}) {
    for (const std::string& url : *urls) urls_.emplace_back().url = url;
  }
}

IceMonitor::~IceMonitor() {
  stop();
  if (thread_.joinable()) thread_.join();
}

void IceMonitor::publish(ops::Metrics& metrics) const {
  constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
  for (const Last& last : urls_) {
    metrics.gauge("grtc_turn_check_ok", "Whether the STUN or TURN server worked at the last check", {{"url", last.url}},
                  [&last] { return last.works < 0 ? kUnknown : static_cast<double>(last.works); });
    metrics.gauge(
        "grtc_turn_check_round_trip_seconds", "Round trip of the last check that worked", {{"url", last.url}},
        [&last] { return last.round_trip_us == 0 ? kUnknown : static_cast<double>(last.round_trip_us) / 1e6; });
    metrics.gauge("grtc_turn_check_timestamp_seconds", "When the last check ended", {{"url", last.url}},
                  [&last] { return static_cast<double>(last.at_s); });
  }
}

void IceMonitor::start() {
  if (!urls_.empty()) thread_ = std::thread([this] { run(); });
}

void IceMonitor::stop() noexcept {
  stop_line_.pull();
  const std::lock_guard lock(mutex_);
  stopping_ = true;
  wake_.notify_all();
}

void IceMonitor::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    for (Last& last : urls_) check(last);
    lock.lock();
    wake_.wait_for(lock, every_, [this] { return stopping_; });
  }
}

void IceMonitor::check(Last& last) {
  const IceVerdict verdict = check_ice(last.url, config_, stop_line_);
  {
    // Cut short, it says nothing about the server.
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
  }
  const int works = verdict.finding.works ? 1 : 0;
  if (verdict.finding.works) last.round_trip_us = std::max<std::int64_t>(1, verdict.finding.round_trip.count());
  last.at_s =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  const int before = last.works.exchange(works);
  if (before == works) return;
  if (works == 0) {
    log_.warning("a STUN or TURN server does not work", {{"url", last.url}, {"cause", verdict.finding.cause}});
  } else if (before == 0) {
    log_.info("a STUN or TURN server works again", {{"url", last.url}});
  }
}

}  // namespace grtc::app
