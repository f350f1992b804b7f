#pragma once
#include <span>
#include <string>
#include <string_view>

namespace grtc::app {

/// What a command ends the program with (docs/operations.md).
inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;  ///< it was tried and did not work
inline constexpr int kWrong = 2;   ///< it was called with something wrong: nothing was tried

/// Words of the command line behind the command's own name.
using Words = std::span<const char* const>;

struct Command {
  std::string_view name;
  int (*run)(Words words);
  std::string_view help;
};

/// Runs the one of `commands` that the first word names; `--help` lists them.
/// @param program  for help and errors: `grtc`, `grtc db`
int run_one_of(const std::string& program, std::string_view purpose, std::span<const Command> commands, Words words);

int serve(Words words);
int health(Words words);
int db(Words words);
int token(Words words);
int turn(Words words);
int doctor(Words words);
int settings(Words words);
int bench(Words words);
int version(Words words);

}  // namespace grtc::app
