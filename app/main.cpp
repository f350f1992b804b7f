#include <array>
#include <cstdio>
#include <exception>
#include <string_view>

#include "app/command.hpp"
#include "app/errors.hpp"

namespace grtc::app {
namespace {

struct Command {
  std::string_view name;
  int (*run)(Words words);
  std::string_view help;
};

constexpr std::array kCommands{
    Command{"serve", serve, "run the server"},
    Command{"health", health, "ask a running server whether it is well (for a container's health check)"},
    Command{"db", db, "backup, restore or check the database, also while the server runs"},
    Command{"token", token, "make a room token"},
    Command{"settings", settings, "show the settings in force, or their page"},
    Command{"version", version, "print the version"},
};

void print_help(std::FILE* to) {
  std::fputs("gRTC: real-time rooms and items in one server.\n\nusage: grtc COMMAND [--help] ...\n\n", to);
  for (const Command& command : kCommands) {
    std::fprintf(to, "  %-10.*s%.*s\n", static_cast<int>(command.name.size()), command.name.data(),
                 static_cast<int>(command.help.size()), command.help.data());
  }
}

int run(Words words) {
  const std::string_view name = words.empty() ? "" : words.front();
  if (name == "--help" || name == "-h" || name == "help") {
    print_help(stdout);
    return kDone;
  }
  if (name == "--version") return version({});
  for (const Command& command : kCommands) {
    if (command.name == name) return command.run(words.subspan(1));
  }
  if (name.empty()) {
    print_help(stderr);
    return kWrong;
  }
  return say_wrong("grtc", std::string(name) + ": no such command; `grtc --help` lists them");
}

}  // namespace
}  // namespace grtc::app

int main(int argc, char** argv) {
  try {
    return grtc::app::run({argv + (argc > 0 ? 1 : 0), argv + argc});
  } catch (const std::exception& broken) {
    // What has no better place: out of memory, no threads, no random source.
    return grtc::app::say_failed("grtc", broken.what());
  }
}
