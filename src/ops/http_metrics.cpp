#include "ops/http_metrics.hpp"

#include <algorithm>

namespace grtc::ops {

HttpMetrics::HttpMetrics(std::vector<Route> routes)
    : routes_(std::move(routes)),
      durations_({0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10}) {
  routes_.push_back({"other", "none"});
  counts_ = std::make_unique<Counts[]>(routes_.size());
}

void HttpMetrics::count(std::string_view method, std::string_view pattern, std::uint16_t status,
                        double seconds) noexcept {
  if (method == "HEAD") method = "GET";
  const auto route = std::find_if(routes_.begin(), routes_.end() - 1,
                                  [&](const Route& at) { return at.pattern == pattern && at.method == method; });
  const auto row = static_cast<std::size_t>(route - routes_.begin());
  const auto* const found = std::find(kStatuses.begin(), kStatuses.end() - 1, status);
  counts_[row][static_cast<std::size_t>(found - kStatuses.begin())].fetch_add(1, std::memory_order_relaxed);
  durations_.observe(seconds);
}

void HttpMetrics::publish(Metrics& metrics) const {
  metrics.counters("grtc_http_requests_total", "HTTP requests by route and status", [this] { return samples(); });
  metrics.histogram("grtc_http_request_duration_seconds", "From a request's head to its answer", {},
                    [this] { return durations_.snapshot(); });
}

std::vector<Sample> HttpMetrics::samples() const {
  std::vector<Sample> all;
  for (std::size_t row = 0; row < routes_.size(); ++row) {
    for (std::size_t i = 0; i < kStatuses.size(); ++i) {
      const std::uint64_t count = counts_[row][i].load(std::memory_order_relaxed);
      if (count == 0) continue;
      const std::string status = kStatuses[i] == 0 ? "other" : std::to_string(kStatuses[i]);
      all.push_back({{{"method", routes_[row].method}, {"route", routes_[row].pattern}, {"status", status}},
                     static_cast<double>(count)});
    }
  }
  return all;
}

}  // namespace grtc::ops
