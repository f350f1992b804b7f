#include "app/command.hpp"

#include <cstdio>

#include "app/errors.hpp"

namespace grtc::app {
namespace {

void print_help(std::FILE* to, const std::string& program, std::string_view purpose,
                std::span<const Command> commands) {
  std::string help(purpose);
  help += "\nUsage: " + program + " COMMAND [--help] ...\n\nCommands:\n";
  for (const Command& command : commands) {
    std::string name(command.name);
    name.resize(10, ' ');
    help += "  " + name + std::string(command.help) + "\n";
  }
  std::fputs(help.c_str(), to);
}

}  // namespace

int run_one_of(const std::string& program, std::string_view purpose, std::span<const Command> commands, Words words) {
  if (words.empty()) {
    print_help(stderr, program, purpose, commands);
    return kWrong;
  }
  const std::string_view name = words.front();
  if (name == "--help" || name == "-h" || name == "help") {
    print_help(stdout, program, purpose, commands);
    return kDone;
  }
  for (const Command& command : commands) {
    if (command.name == name) return command.run(words.subspan(1));
  }
  return say_wrong(program, std::string(name) + ": no such command; `" + program + " --help` lists them");
}

}  // namespace grtc::app
