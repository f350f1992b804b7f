#pragma once
#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ops/fixed_histogram.hpp"
#include "ops/metrics.hpp"

namespace grtc::ops {

/// Requests by route and status, and how long the answers took. Any thread, no lock. What clients make up (paths,
/// methods) becomes no label: the number of time series is bounded by the routes.
class HttpMetrics {
 public:
  struct Route {
    std::string method;   ///< `GET`
    std::string pattern;  ///< `/api/items/{id}`
  };

  /// @param routes  all that can answer
  explicit HttpMetrics(std::vector<Route> routes);

  /// @param method   `HEAD` counts as `GET`
  /// @param pattern  of the route that answered; empty: none did
  /// @param status   RFC 9110 §15
  /// @param seconds  from the request's head to the answer's last byte queued
  void count(std::string_view method, std::string_view pattern, std::uint16_t status, double seconds) noexcept;
  /// Adds `grtc_http_requests_total{method,route,status}` and `grtc_http_request_duration_seconds`. This must outlive
  /// `metrics`.
  void publish(Metrics& metrics) const;

 private:
  // The statuses that gRTC sends; any other is counted under 0 and shown as `other`.
  static constexpr auto kStatuses =
      std::to_array<std::uint16_t>({101, 200, 201, 202, 204, 206, 301, 302, 304, 308, 400, 401, 403, 404, 405, 406, 408,
                                    409, 410, 412, 413, 415, 416, 422, 426, 429, 431, 500, 501, 503, 505, 507, 0});
  using Counts = std::array<std::atomic<std::uint64_t>, kStatuses.size()>;

  [[nodiscard]] std::vector<Sample> samples() const;

  std::vector<Route> routes_;         ///< the last: no route
  std::unique_ptr<Counts[]> counts_;  ///< one a route
  FixedHistogram durations_;
};

}  // namespace grtc::ops
