#pragma once
#include <optional>
#include <string>
#include <vector>

#include "app/command.hpp"

namespace grtc::app {

/// One thing that a command takes: `--flag VALUE`, a plain word, or a switch.
struct Argument {
  std::string name;  ///< `--port`; without dashes: a word by its place, as `FILE`
  std::string help;
  std::string* text = nullptr;     ///< takes the value; keeps what it holds when none is given
  bool* is_given = nullptr;        ///< for a switch, which has no value
  std::string shown_default = {};  ///< in `--help`
  bool required = false;
  std::string value_name = "VALUE";  ///< in `--help`, behind the flag
};

/// Reads `words` into what `arguments` point to. `--help` prints what there is; `--flag VALUE` and `--flag=VALUE` are
/// the same, the last of several counts.
/// @param command  for help and errors: `grtc serve`
/// @return the exit code to end with, after `--help` or with one line on stderr; nothing: go on
[[nodiscard]] std::optional<int> read_arguments(const std::string& command, const std::string& purpose,
                                                const std::vector<Argument>& arguments, Words words);

}  // namespace grtc::app
