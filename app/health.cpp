#include <cstdio>
#include <string>

#include "app/arguments.hpp"
#include "app/errors.hpp"
#include "app/own_url.hpp"
#include "app/probe.hpp"
#include "ops/settings.hpp"

namespace grtc::app {
namespace {

constexpr const char* kSelf = "grtc health";
/// Under the time that container engines give a check by default.
constexpr std::chrono::seconds kHealthPatience{5};

}  // namespace

int health(Words words) {
  std::string url;
  const std::vector<Argument> arguments{
      {.name = "--url",
       .help = "the server, as http://localhost:8001; https is fine too",
       .text = &url,
       .shown_default = "the one of HOST and PORT"},
  };
  const std::string purpose = "Exit code 0 when the server answers and is well, 1 when not.";
  if (const auto end = read_arguments(kSelf, purpose, arguments, words)) return *end;
  if (url.empty()) {
    const auto settings = ops::Settings::load(ops::Settings::nothing(), ops::Settings::environment());
    if (!settings) return say_wrong(kSelf, settings.error().sentence);
    url = own_url(*settings);
  }
  const auto answer = probe(url, kHealthPatience);
  if (!answer) {
    if (answer.error().code == core::Code::bad_request) return say_wrong(kSelf, "--url=" + answer.error().sentence);
    return say_failed(kSelf, url + ": " + answer.error().sentence);
  }
  if (answer->status != 200) {
    return say_failed(kSelf, url + ": status " + std::to_string(answer->status) + " " + answer->body);
  }
  std::puts(answer->body.c_str());
  return kDone;
}

}  // namespace grtc::app
