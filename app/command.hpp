#pragma once
#include <span>
#include <string>

namespace grtc::app {

/// What a command ends the program with (docs/operations.md).
enum Exit : int {
  kDone = 0,
  kFailed = 1,  ///< it was tried and did not work
  kWrong = 2,   ///< it was called with something wrong: nothing was tried
};

/// Words of the command line behind the command's own name.
using Words = std::span<const char* const>;

int serve(Words words);
int health(Words words);
int db(Words words);
int token(Words words);
int settings(Words words);
int version(Words words);

}  // namespace grtc::app
