#include "ops/settings.hpp"

#include <cstdio>

#include "app/arguments.hpp"
#include "app/errors.hpp"
#include "ops/ice.hpp"

namespace grtc::app {

int settings(Words words) {
  bool markdown = false;
  const std::string purpose = "Checks the environment variables and prints the settings in force, without secrets.";
  if (const auto end = read_arguments(
          "grtc settings", purpose,
          {{.name = "--markdown", .help = "print docs/configuration.md instead", .is_given = &markdown}}, words)) {
    return *end;
  }
  if (markdown) {
    std::fputs(ops::settings_markdown().c_str(), stdout);
    return kDone;
  }
  const auto loaded = ops::Settings::load(ops::Settings::nothing(), ops::Settings::environment());
  if (!loaded) return say_wrong("grtc settings", loaded.error().sentence);
  const auto ice = ops::IceConfig::read(*loaded);
  if (!ice) return say_wrong("grtc settings", ice.error().sentence);
  for (const auto& [name, value] : loaded->redacted()) {
    std::printf("%.*s=%s\n", static_cast<int>(name.size()), name.data(), value.c_str());
  }
  for (const std::string& warning : ice->warnings) std::fprintf(stderr, "warning: %s\n", warning.c_str());
  return kDone;
}

}  // namespace grtc::app
