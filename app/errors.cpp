#include "app/errors.hpp"

#include <cstdio>
#include <string>

#include "app/command.hpp"
#include "ops/printable.hpp"

namespace grtc::app {
namespace {

constexpr std::size_t kMaxLine = 1000;

void say(std::string_view command, std::string_view why) {
  std::string line(command);
  line += ": ";
  ops::append_printable(line, why, kMaxLine);
  line += '\n';
  std::fputs(line.c_str(), stderr);
}

}  // namespace

int say_wrong(std::string_view command, std::string_view why) {
  say(command, why);
  return kWrong;
}

int say_failed(std::string_view command, std::string_view why) {
  say(command, why);
  return kFailed;
}

}  // namespace grtc::app
