#include "http/rate_limiter.hpp"

#include <chrono>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/http/running_server.hpp"

namespace grtc::http::test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(RateLimiter, AllowsABurstOfTwiceTheRateThenTheRate) {
  RateLimiter limiter(5, 100);
  const core::TimePoint start{};
  for (int i = 0; i < 10; ++i) EXPECT_EQ(limiter.take("a", start), 0U);
  EXPECT_EQ(limiter.take("a", start), 1U);
  EXPECT_EQ(limiter.take("b", start), 0U);
  EXPECT_EQ(limiter.take("a", start + 199ms), 1U);
  EXPECT_EQ(limiter.take("a", start + 200ms), 0U);
  EXPECT_EQ(limiter.take("a", start + 200ms), 1U);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(limiter.take("a", start + 1h), 0U);
  EXPECT_EQ(limiter.take("a", start + 1h), 1U);
}

TEST(RateLimiter, ForgetsTheAddressUnseenForLongest) {
  RateLimiter limiter(1, 2);
  const core::TimePoint now{};
  EXPECT_EQ(limiter.take("a", now), 0U);
  EXPECT_EQ(limiter.take("a", now), 0U);
  EXPECT_EQ(limiter.take("b", now), 0U);
  EXPECT_EQ(limiter.take("a", now), 1U);
  EXPECT_EQ(limiter.take("c", now), 0U);  // b goes
  EXPECT_EQ(limiter.take("a", now), 1U);
}

TEST(RateLimiter, IsOffAtZero) {
  RateLimiter limiter(0, 1);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(limiter.take("a", {}), 0U);
}

TEST(RequestRate, Answers429WithRetryAfterButNotToUnlimitedRoutes) {
  Options options = test_options();
  options.request_rate = 1;
  const RunningServer server({{Method::get, "/a", echo()}, {Method::get, "/health", echo(), true}}, std::move(options));
  RawClient client = server.connect();
  std::string last;
  for (int i = 0; i < 20; ++i) last = client.ask("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(last, StartsWith("HTTP/1.1 429 Too Many Requests\r\n"));
  EXPECT_THAT(last, HasSubstr("\r\nRetry-After: 1\r\n"));
  EXPECT_THAT(client.ask("GET /none HTTP/1.1\r\nHost: x\r\n\r\n"), StartsWith("HTTP/1.1 429 "));
  EXPECT_THAT(client.ask("GET /health HTTP/1.1\r\nHost: x\r\n\r\n"), StartsWith("HTTP/1.1 200 "));
}

}  // namespace
}  // namespace grtc::http::test
