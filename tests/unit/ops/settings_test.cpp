#include "ops/settings.hpp"

#include <fstream>
#include <set>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/settings_of.hpp"

namespace grtc::ops {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

using test::settings_of;
using test::Variables;
using test::variables;

std::string refusal_of(Variables given) {
  const auto result = Settings::load(Settings::nothing(), variables(std::move(given)));
  return result ? "accepted" : result.error().sentence;
}

TEST(Settings, HaveTheDocumentedDefaults) {
  const Settings settings = settings_of({});
  EXPECT_EQ(settings.integer("PORT"), 8001);
  EXPECT_EQ(settings.text("HOST"), "0.0.0.0");
  EXPECT_EQ(settings.text("DATABASE_PATH"), "data/items.db");
  EXPECT_EQ(settings.seconds("TURN_TTL_S"), std::chrono::seconds(86400));
  EXPECT_THAT(settings.list("TRUSTED_PROXIES"), ElementsAre("loopback"));
  EXPECT_THAT(settings.list("STUN_URLS"), IsEmpty());
  EXPECT_FALSE(settings.has("ADMIN_TOKEN"));
  EXPECT_FALSE(settings.production());
}

TEST(Settings, AcceptTheirOwnDefaultsAndHaveUniqueNames) {
  std::set<std::string_view> names;
  for (const Setting& setting : kSettings) {
    SCOPED_TRACE(setting.name);
    EXPECT_TRUE(names.insert(setting.name).second);
    EXPECT_THAT(setting.help, Not(IsEmpty()));
    if (!setting.fallback.empty()) {
      EXPECT_EQ(refusal_of({{std::string(setting.name), std::string(setting.fallback)}}), "accepted");
    }
  }
}

TEST(Settings, CanAllBeReadByTheAccessorOfTheirKind) {
  const Settings settings = settings_of({});
  for (const Setting& setting : kSettings) {
    SCOPED_TRACE(setting.name);
    switch (setting.kind) {
      case Kind::integer:
        EXPECT_GE(settings.integer(setting.name), 0);
        break;
      case Kind::seconds:
        EXPECT_GE(settings.seconds(setting.name).count(), 0);
        break;
      case Kind::list:
      case Kind::networks:
      case Kind::origins:
      case Kind::words:
      case Kind::names:
        EXPECT_EQ(settings.list(setting.name).empty(), setting.fallback.empty());
        break;
      default:
        EXPECT_EQ(settings.text(setting.name), setting.fallback);
    }
  }
}

TEST(Settings, FlagsBeatTheEnvironment) {
  const auto settings =
      Settings::load(variables({{"PORT", "9001"}}), variables({{"PORT", "9002"}, {"HOST", "::1"}})).value();
  EXPECT_EQ(settings.integer("PORT"), 9001);
  EXPECT_EQ(settings.text("HOST"), "::1");
}

TEST(Settings, TakeAnEmptyVariableForUnset) {
  EXPECT_EQ(settings_of({{"PORT", ""}}).integer("PORT"), 8001);
}

TEST(Settings, TakeAnEmptyListOfProtocolsForNone) {
  EXPECT_THAT(settings_of({{"COMPAT", ""}}).list("COMPAT"), IsEmpty());
  EXPECT_THAT(settings_of({}).list("COMPAT"), ElementsAre("peerjs", "y-webrtc", "trystero"));
}

TEST(Settings, SplitListsAtCommas) {
  EXPECT_THAT(settings_of({{"STUN_URLS", " stun:a , ,stun:b,"}}).list("STUN_URLS"), ElementsAre("stun:a", "stun:b"));
}

TEST(Settings, StopTheStartWithOneLineThatSaysWhatIsAllowed) {
  struct Row {
    std::string name;
    std::string value;
    std::string line;
  };
  const std::vector<Row> rows{
      {"PORT", "99999", "PORT=99999: must be a whole number from 1 to 65535, or 0 for any free port"},
      {"PORT", "-1", "PORT=-1: must be a whole number from 1 to 65535, or 0 for any free port"},
      {"PORT", "80a", "PORT=80a: must be a whole number from 1 to 65535, or 0 for any free port"},
      {"PORT", " 80", "PORT= 80: must be a whole number from 1 to 65535, or 0 for any free port"},
      {"PORT", "99999999999999999999",
       "PORT=99999999999999999999: must be a whole number from 1 to 65535, or 0 for any free port"},
      {"TURN_TTL_S", "59", "TURN_TTL_S=59: must be a whole number from 60 to 604800"},
      {"TURN_TTL_S", "0", "TURN_TTL_S=0: must be a whole number from 60 to 604800"},
      {"HEARTBEAT_S", "1.5", "HEARTBEAT_S=1.5: must be a whole number from 1 to 3600"},
      {"ENVIRONMENT", "prod", "ENVIRONMENT=prod: must be development or production"},
      {"LOG_LEVEL", "INFO", "LOG_LEVEL=INFO: must be debug, info, warning or error"},
      {"HOST", "example.org", "HOST=example.org: must be an IPv4 or IPv6 address"},
      {"TRUSTED_PROXIES", "10.0.0.0/33",
       "TRUSTED_PROXIES=10.0.0.0/33: must be loopback, none, or addresses and CIDRs such as 10.0.0.0/8"},
      {"ALLOWED_ORIGINS", "example.org",
       "ALLOWED_ORIGINS=example.org: must be origins such as https://app.example, comma-separated, or *"},
      {"ALLOWED_ORIGINS", "https://example.org/",
       "ALLOWED_ORIGINS=https://example.org/: must be origins such as https://app.example, comma-separated, or *"},
      {"ADMIN_TOKEN", "two words", "ADMIN_TOKEN=(hidden): must be printable ASCII without spaces"},
      {"LOG_LEVEL", "a\nb\x1b[31m", "LOG_LEVEL=a\\nb\\x1b[31m: must be debug, info, warning or error"},
      {"TLS_CERT", "c.pem", "TLS_CERT=c.pem: needs TLS_KEY beside it"},
      {"TLS_KEY", "k.pem", "TLS_KEY=k.pem: needs TLS_CERT beside it"},
  };
  for (const Row& row : rows) EXPECT_EQ(refusal_of({{row.name, row.value}}), row.line);
}

TEST(Settings, AcceptWhatIsAllowed) {
  const std::vector<std::pair<std::string, std::string>> rows{
      {"PORT", "0"},
      {"PORT", "1"},
      {"PORT", "65535"},
      {"HOST", "::"},
      {"THREADS", "0"},
      {"MESSAGE_RATE", "0"},
      {"ALLOWED_ORIGINS", "*"},
      {"TRUSTED_PROXIES", "fd00::/8, 10.1.2.3"},
      {"TURN_TTL_S", "60"},
      {"RESUME_WINDOW_S", "0"},
      {"ALLOWED_ORIGINS", "https://a.example,http://localhost:3000"},
  };
  for (const auto& [name, value] : rows) EXPECT_EQ(refusal_of({{name, value}}), "accepted") << name << '=' << value;
}

TEST(Settings, HideSecretsInTheDump) {
  Variables shown;
  for (const auto& [name, value] : settings_of({{"ADMIN_TOKEN", "hunter2"}, {"PORT", "81"}}).redacted()) {
    EXPECT_THAT(value, Not(HasSubstr("hunter2"))) << name;
    shown.emplace(name, value);
  }
  EXPECT_EQ(shown["PORT"], "81");
  EXPECT_EQ(shown["ADMIN_TOKEN"], "(hidden)");
  EXPECT_EQ(shown["ROOM_TOKEN_SECRET"], "");
}

TEST(Settings, HaveAFlagEach) {
  EXPECT_EQ(flag_of("DATABASE_PATH"), "--database-path");
  EXPECT_EQ(flag_of("PORT"), "--port");
}

TEST(Settings, AreWhatTheConfigurationPageSays) {
  std::ifstream file("docs/configuration.md");  // the unit tests run in the project's folder
  ASSERT_TRUE(file);
  std::ostringstream page;
  page << file.rdbuf();
  EXPECT_EQ(page.str(), settings_markdown()) << "run: grtc settings --markdown > docs/configuration.md";
}

}  // namespace
}  // namespace grtc::ops
