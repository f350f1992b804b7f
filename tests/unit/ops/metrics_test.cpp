#include "ops/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ops/http_metrics.hpp"

namespace grtc::ops {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST(Metrics, ShowWhatTheirOwnersCountAtTheScrape) {
  Metrics metrics;
  double rooms = 1;
  metrics.gauge("grtc_rooms", "Rooms with a peer", {}, [&rooms] { return rooms; });
  metrics.counter("grtc_messages_total", "Messages", {{"direction", "in"}}, [] { return 7.0; });
  metrics.counter("grtc_messages_total", "Messages", {{"direction", "out"}}, [] { return 8.0; });
  EXPECT_THAT(metrics.scrape(), HasSubstr("grtc_rooms 1\n"));
  rooms = 2;
  EXPECT_THAT(metrics.scrape(), AllOf(HasSubstr("# HELP grtc_rooms Rooms with a peer\n# TYPE grtc_rooms gauge\n"),
                                      HasSubstr("grtc_rooms 2\n"), HasSubstr("# TYPE grtc_messages_total counter\n"),
                                      HasSubstr("grtc_messages_total{direction=\"in\"} 7\n"),
                                      HasSubstr("grtc_messages_total{direction=\"out\"} 8\n")));
}

TEST(Metrics, ShowHistogramsCumulatively) {
  Metrics metrics;
  FixedHistogram latency({0.5, 1});
  for (const double value : {0.25, 0.75, 4.0}) latency.observe(value);
  metrics.histogram("grtc_relay_seconds", "Relay", {}, [&latency] { return latency.snapshot(); });
  EXPECT_THAT(metrics.scrape(),
              AllOf(HasSubstr("grtc_relay_seconds_bucket{le=\"0.5\"} 1\n"),
                    HasSubstr("grtc_relay_seconds_bucket{le=\"1\"} 2\n"),
                    HasSubstr("grtc_relay_seconds_bucket{le=\"+Inf\"} 3\n"), HasSubstr("grtc_relay_seconds_count 3\n"),
                    HasSubstr("grtc_relay_seconds_sum 5\n")));
}

TEST(Metrics, EscapeLabels) {
  Metrics metrics;
  metrics.gauge("grtc_x", "x", {{"name", "a\"b\n"}}, [] { return 1.0; });
  EXPECT_THAT(metrics.scrape(), HasSubstr(R"(grtc_x{name="a\"b\n"} 1)"));
}

TEST(Metrics, TellOfTheProcess) {
  Metrics metrics;
  publish_process_metrics(metrics);
  EXPECT_THAT(metrics.scrape(), AllOf(HasSubstr("process_resident_memory_bytes "), HasSubstr("process_max_fds "),
                                      Not(HasSubstr("process_resident_memory_bytes 0\n"))));
}

TEST(HttpMetrics, CountByRouteAndStatusAndNothingThatAClientMakesUp) {
  HttpMetrics http({{"GET", "/health"}, {"POST", "/api/items"}});
  http.count("GET", "/health", 200, 0.001);
  http.count("HEAD", "/health", 200, 0.001);
  http.count("POST", "/api/items", 201, 0.001);
  http.count("POST", "/api/items", 418, 0.001);
  http.count("GET", "", 404, 0.001);
  http.count("BREW", "/health", 404, 0.001);
  Metrics metrics;
  http.publish(metrics);
  EXPECT_THAT(metrics.scrape(),
              AllOf(HasSubstr(R"(grtc_http_requests_total{method="GET",route="/health",status="200"} 2)"),
                    HasSubstr(R"(grtc_http_requests_total{method="POST",route="/api/items",status="201"} 1)"),
                    HasSubstr(R"(grtc_http_requests_total{method="POST",route="/api/items",status="other"} 1)"),
                    HasSubstr(R"(grtc_http_requests_total{method="other",route="none",status="404"} 2)"),
                    HasSubstr("grtc_http_request_duration_seconds_count 6\n")));
}

}  // namespace
}  // namespace grtc::ops
