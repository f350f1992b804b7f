#include "http/message.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/percent.hpp"

namespace grtc::http {
namespace {

using ::testing::HasSubstr;

TEST(Percent, DecodesOrRefuses) {
  EXPECT_EQ(percent_decode(""), "");
  EXPECT_EQ(percent_decode("a%20b+c"), "a b+c");
  EXPECT_EQ(percent_decode("%e2%82%AC"), "€");
  EXPECT_EQ(percent_decode("%00"), std::string(1, '\0'));
  EXPECT_EQ(percent_decode("%252F"), "%2F");
  for (const std::string bad : {"%", "%1", "a%g0", "%0g", "100%"}) EXPECT_EQ(percent_decode(bad), std::nullopt) << bad;
  EXPECT_EQ(form_decode("a+b%2B"), "a b+");
}

TEST(Query, KeepsOrderAndTheLastOfEqualNamesCounts) {
  const Query query = Query::parse("a=1&b=x+y%26&a=2&flag&=v&&bad=%zz&c=d=e");
  EXPECT_EQ(query.get("a"), "2");
  EXPECT_EQ(query.get("b"), "x y&");
  EXPECT_EQ(query.get("flag"), "");
  EXPECT_EQ(query.get(""), "v");
  EXPECT_EQ(query.get("bad"), "%zz");
  EXPECT_EQ(query.get("c"), "d=e");
  EXPECT_EQ(query.get("none"), std::nullopt);
  EXPECT_EQ(query.all().size(), 7U);
  EXPECT_TRUE(Query::parse("").all().empty());
}

TEST(Request, GivesItsBearerToken) {
  Request request;
  EXPECT_EQ(request.bearer(), std::nullopt);
  request.headers = {{"authorization", "bEARER  abc "}};
  EXPECT_EQ(request.bearer(), "abc");
  request.headers = {{"authorization", "Basic abc"}};
  EXPECT_EQ(request.bearer(), std::nullopt);
}

TEST(ProblemJson, TellsWhatIsWrongAndEscapesIt) {
  const Response response = to_problem_json(
      {core::Code::unprocessable, "Say \"please\"\n\\", {{"name", "must be there"}, {"data", "must be an object"}}, 0});
  EXPECT_EQ(response.status, 422);
  EXPECT_EQ(response.body, R"({"type":"urn:grtc:problem:unprocessable","title":"Input breaks a rule","status":422,)"
                           R"("detail":"Say \"please\"\n\\","errors":[{"field":"name","message":"must be there"},)"
                           R"({"field":"data","message":"must be an object"}]})");
  EXPECT_THAT(to_problem_json({core::Code::not_found, "b\xC3\xB3 \xFF", {}, 0}).body, HasSubstr("bó \xEF\xBF\xBD"));
  EXPECT_THAT(to_problem_json({core::Code::not_found, "bó", {}, 0}).body, HasSubstr("bó"));
}

TEST(ProblemJson, SaysWhenToComeBackAndHowToAuthenticate) {
  const auto value = [](const Response& response, std::string_view name) -> std::string {
    for (const Header& header : response.headers) {
      if (header.name == name) return header.value;
    }
    return "";
  };
  EXPECT_EQ(value(to_problem_json({core::Code::unavailable, "Busy.", {}, 3}), "Retry-After"), "3");
  EXPECT_EQ(value(to_problem_json({core::Code::unavailable, "Busy.", {}, 0}), "Retry-After"), "");
  EXPECT_THAT(value(to_problem_json({core::Code::unauthorized, "Who?", {}, 0}), "WWW-Authenticate"),
              HasSubstr("Bearer"));
}

TEST(Methods, HaveTheirNames) {
  for (const Method method :
       {Method::get, Method::head, Method::post, Method::put, Method::patch, Method::del, Method::options}) {
    EXPECT_EQ(method_of(name_of(method)), method);
  }
  EXPECT_EQ(method_of("get"), Method::other);
  EXPECT_EQ(method_of("TRACE"), Method::other);
}

}  // namespace
}  // namespace grtc::http
