#include <array>
#include <cstdio>
#include <cstdlib>

#include "app/arguments.hpp"
#include "app/doctor_checks.hpp"
#include "app/errors.hpp"
#include "app/own_url.hpp"
#include "ops/printable.hpp"

namespace grtc::app {
namespace {

constexpr const char* kDoctor = "grtc doctor";
constexpr std::size_t kMaxWords = 600;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

void print(const Diagnosis& diagnosis) {
  static constexpr std::array<const char*, 4> kStates{"ok  ", "off ", "warn", "FAIL"};
  std::string words;
  ops::append_printable(words, diagnosis.words, kMaxWords);
  std::printf("%s %-10s %s\n", kStates.at(static_cast<std::size_t>(diagnosis.state)), diagnosis.subject.c_str(),
              words.c_str());
  std::fflush(stdout);  // the next one may take seconds
}

/// Prints what was found since the last call. Returns whether nothing failed.
bool flush(Diagnoses& found) {
  bool well = true;
  for (const Diagnosis& diagnosis : found) {
    print(diagnosis);
    well = well && diagnosis.state != Diagnosis::State::fail;
  }
  found.clear();
  return well;
}

}  // namespace

int doctor(Words words) {
  std::string public_url;
  const std::string purpose =
      "Looks at what a server with this environment needs, and prints one line each with the remedy. Exit code 1 when "
      "something fails.";
  if (const auto end =
          read_arguments(kDoctor, purpose,
                         {{.name = "--url",
                           .help = "as users reach the server, to look at the proxy too: https://chat.example",
                           .text = &public_url}},
                         words)) {
    return *end;
  }
  Diagnoses found;
  diagnose_redis(variable("REDIS_URL"), found);
  diagnose_postgres(variable("DATABASE_URL"), found);
  bool well = flush(found);
  const auto settings = ops::Settings::load(ops::Settings::nothing(), ops::Settings::environment());
  if (!settings) {
    print({Diagnosis::State::fail, "settings", settings.error().sentence});
    return kFailed;
  }
  const std::string own = own_url(*settings);
  diagnose_port(own, found);
  well = flush(found) && well;
  diagnose_database(*settings, found);
  diagnose_turn(*settings, found);
  diagnose_clock(found);
  diagnose_limits(*settings, found);
  diagnose_proxy(own, public_url, found);
  well = flush(found) && well;
  return well ? kDone : kFailed;
}

}  // namespace grtc::app
