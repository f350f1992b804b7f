#include "routes/service_routes.hpp"

#include <functional>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/http_call.hpp"

namespace grtc::routes {
namespace {

using namespace std::chrono_literals;
using test::answer_of;
using test::header_of;
using testing::HasSubstr;

class ServiceRoutes : public testing::Test {
 protected:
  explicit ServiceRoutes(std::function<bool()> replicas = {}) : replicas_(std::move(replicas)) {
    metrics_.gauge("grtc_rooms", "Rooms", {}, [] { return 3.0; });
    add_service_routes(router_, {.version = "1.2.3",
                                 .environment = "development",
                                 .started_at = core::TimePoint(),
                                 .clock = [] { return core::TimePoint(61s + 900ms); },
                                 .database_readable = [this] { return readable_; },
                                 .replicas_reachable = replicas_,
                                 .rooms = [] { return 3; },
                                 .peers = [] { return 5; },
                                 .readiness = [this] { return readiness_; },
                                 .metrics = metrics_});
  }
  http::Response get(const char* path) { return answer_of(router_, {.target = path}); }

  std::function<bool()> replicas_;
  ops::Metrics metrics_;
  http::Router router_;
  bool readable_ = true;
  Readiness readiness_ = Readiness::ready;
};

TEST_F(ServiceRoutes, SayThatTheServerIsHealthy) {
  const http::Response response = get("/health");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, R"({"status":"ok","version":"1.2.3","uptime_s":61,"environment":"development",)"
                           R"("checks":{"database":"ok","redis":"off"},"rooms":3,"peers":5})");
  EXPECT_EQ(header_of(response, "Cache-Control"), "no-store");
}

TEST_F(ServiceRoutes, SayThatItemsCannotBeRead) {
  readable_ = false;
  const http::Response response = get("/health");
  EXPECT_EQ(response.status, 503);
  EXPECT_THAT(response.body, HasSubstr(R"("status":"down")"));
  EXPECT_THAT(response.body, HasSubstr(R"("database":"down")"));
}

class ServiceRoutesOfReplicas : public ServiceRoutes {
 protected:
  ServiceRoutesOfReplicas() : ServiceRoutes([this] { return reachable_; }) {}
  bool reachable_ = true;
};

TEST_F(ServiceRoutesOfReplicas, SayThatTheOthersCannotBeReached) {
  EXPECT_THAT(get("/health").body, HasSubstr(R"("redis":"ok")"));
  reachable_ = false;
  const http::Response response = get("/health");
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.body, HasSubstr(R"("status":"degraded")"));
  EXPECT_THAT(response.body, HasSubstr(R"("redis":"down")"));
}

TEST_F(ServiceRoutes, AreReadyBetweenStartAndDrain) {
  EXPECT_EQ(get("/ready").status, 200);
  for (const Readiness readiness : {Readiness::starting, Readiness::draining}) {
    readiness_ = readiness;
    EXPECT_EQ(get("/ready").status, 503);
    EXPECT_EQ(header_of(get("/ready"), "Retry-After"), "1");
  }
}

TEST_F(ServiceRoutes, ShowTheMetrics) {
  const http::Response response = get("/metrics");
  EXPECT_EQ(header_of(response, "Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_THAT(response.body, HasSubstr("grtc_rooms 3\n"));
}

TEST_F(ServiceRoutes, AreOutsideTheRequestRate) {
  for (const http::Route& route : router_.routes()) EXPECT_TRUE(route.unlimited) << route.pattern;
}

}  // namespace
}  // namespace grtc::routes
