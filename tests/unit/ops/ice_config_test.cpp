#include <filesystem>
#include <fstream>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ops/ice.hpp"
#include "support/settings_of.hpp"

namespace grtc::ops {
namespace {

using test::settings_of;
using test::Variables;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const std::string kTurn = "turn:turn.example.org:3478?transport=udp";
const std::string kTurnSecret = "north-north-north";

std::string refusal(Variables variables) {
  const auto config = IceConfig::read(settings_of(std::move(variables)));
  return config ? "accepted" : config.error().sentence;
}

std::vector<std::string> warnings(Variables variables) {
  return IceConfig::read(settings_of(std::move(variables))).value().warnings;
}

/// A file with this content, as long as it lives.
class SecretFile {
 public:
  explicit SecretFile(std::string_view content)
      : path_(std::filesystem::temp_directory_path() / ("grtc-secret-" + std::to_string(::getpid()))) {
    std::ofstream(path_, std::ios::binary) << content;
  }
  SecretFile(const SecretFile&) = delete;
  SecretFile& operator=(const SecretFile&) = delete;
  ~SecretFile() { std::filesystem::remove(path_); }
  [[nodiscard]] std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

TEST(IceConfig, StopsTheStartForWhatCannotWork) {
  const std::string nine = "stun:a,stun:b,stun:c,stun:d,stun:e,stun:f,stun:g,stun:h,stun:i";
  const SecretFile empty("\nsecond line");
  const std::pair<Variables, std::string> rows[]{
      {{{"STUN_URLS", "stun:ok,https://stun.example"}}, "STUN_URLS=https://stun.example: must be like stun:"},
      {{{"TURN_URLS", "turn://x"}, {"TURN_SECRET", kTurnSecret}}, "TURN_URLS=turn://x: "},
      {{{"STUN_URLS", nine}}, "at most 8 URLs"},
      {{{"TURN_URLS", kTurn}}, "TURN_URLS=" + kTurn + ": needs TURN_SECRET"},
      {{{"TURN_SECRET", kTurnSecret}}, "TURN_SECRET=(hidden): needs TURN_URLS"},
      {{{"TURN_USERNAME", "u"}, {"TURN_PASSWORD", "p"}}, "TURN_USERNAME=u: needs TURN_URLS"},
      {{{"TURN_URLS", kTurn}, {"TURN_USERNAME", "u"}}, "must be set both or neither"},
      {{{"TURN_URLS", kTurn}, {"TURN_PASSWORD", "p"}}, "TURN_PASSWORD=(hidden): "},
      {{{"TURN_URLS", kTurn}, {"TURN_SECRET", kTurnSecret}, {"TURN_USERNAME", "u"}, {"TURN_PASSWORD", "p"}},
       "must be unset while there is a secret"},
      {{{"TURN_URLS", kTurn}, {"TURN_SECRET", kTurnSecret}, {"TURN_SECRET_FILE", "/x"}}, "only one of TURN_SECRET and"},
      {{{"TURN_URLS", kTurn}, {"TURN_SECRET_FILE", "/no/such/file"}},
       "TURN_SECRET_FILE=/no/such/file: cannot be read: No such file"},
      {{{"TURN_URLS", kTurn}, {"TURN_SECRET_FILE", "/tmp"}}, "TURN_SECRET_FILE=/tmp: cannot be read"},
      {{{"TURN_URLS", kTurn}, {"TURN_SECRET_FILE", empty.path()}}, "is empty"},
      {{{"TURN_URLS", kTurn}, {"TURN_SECRET", "short"}, {"ENVIRONMENT", "production"}},
       "TURN_SECRET=(hidden): the secret must have at least 16 bytes"},
  };
  for (const auto& [variables, line] : rows) {
    const std::string said = refusal(variables);
    EXPECT_THAT(said, AllOf(HasSubstr(line), Not(HasSubstr(kTurnSecret)), Not(HasSubstr("short"))));
  }
}

TEST(IceConfig, WarnsOfWhatIsRarelyMeant) {
  const Variables good{{"TURN_URLS", kTurn}, {"TURN_SECRET", kTurnSecret}};
  EXPECT_THAT(warnings(good), IsEmpty());
  EXPECT_THAT(warnings({{"TURN_URLS", kTurn}, {"TURN_SECRET", "short"}}), ElementsAre(HasSubstr("16 bytes")));
  EXPECT_THAT(warnings({{"STUN_URLS", "stun:a,stun:b,stun:c,stun:d,stun:e"}}), ElementsAre(HasSubstr("slow down")));
  EXPECT_THAT(warnings({{"STUN_URLS", "stun:192.168.1.2"}, {"ENVIRONMENT", "production"}}),
              ElementsAre(HasSubstr("private host")));
  EXPECT_THAT(warnings({{"STUN_URLS", "stun:192.168.1.2"}}), IsEmpty());
  EXPECT_THAT(warnings({{"TURN_TTL_S", "60"}}), ElementsAre(HasSubstr("TURN_TTL_S")));
}

TEST(IceConfig, TakesTheFirstLineOfTheSecretFile) {
  const SecretFile file("north-north-north\r\nmore\n");
  const auto config = IceConfig::read(settings_of({{"TURN_URLS", kTurn}, {"TURN_SECRET_FILE", file.path()}})).value();
  EXPECT_EQ(config.turn_secret, "north-north-north");
}

}  // namespace
}  // namespace grtc::ops
