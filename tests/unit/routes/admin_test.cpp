#include "routes/admin.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace grtc::routes {
namespace {

using testing::HasSubstr;

http::Request from(bool loopback, std::string_view authorization = {}) {
  http::Request request;
  request.loopback = loopback;
  if (!authorization.empty()) request.headers.push_back({"authorization", std::string(authorization)});
  return request;
}

std::uint16_t status(const AdminGuard& guard, const http::Request& request) {
  const auto refusal = guard.refusal(request);
  return refusal ? core::row_of(refusal->code).http_status : std::uint16_t{200};
}

TEST(AdminGuard, TakesTheAdminTokenFromAnywhereAndNothingElse) {
  for (const bool production : {false, true}) {
    const AdminGuard guard("open-sesame", production);
    EXPECT_EQ(status(guard, from(false, "Bearer open-sesame")), 200);
    EXPECT_EQ(status(guard, from(true)), 401);
    EXPECT_EQ(status(guard, from(true, "Bearer ")), 401);
    EXPECT_EQ(status(guard, from(true, "Bearer open-sesam")), 401);
    EXPECT_EQ(status(guard, from(true, "Bearer open-sesame!")), 401);
    EXPECT_EQ(status(guard, from(true, "Basic open-sesame")), 401);
  }
}

TEST(AdminGuard, WithoutATokenIsOpenInDevelopmentFromLoopbackOnly) {
  EXPECT_EQ(status(AdminGuard("", false), from(true)), 200);
  EXPECT_EQ(status(AdminGuard("", false), from(false)), 403);
  EXPECT_EQ(status(AdminGuard("", true), from(true)), 403);
  EXPECT_EQ(status(AdminGuard("", true), from(true, "Bearer ")), 403);
  EXPECT_THAT(AdminGuard("", true).refusal(from(true))->sentence, HasSubstr("ADMIN_TOKEN"));
}

}  // namespace
}  // namespace grtc::routes
