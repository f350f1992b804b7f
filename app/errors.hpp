#pragma once
#include <string_view>

namespace grtc::app {

/// One line on stderr, escaped so that it stays one: "grtc serve: why".
/// @return the exit code: kWrong, kFailed
int say_wrong(std::string_view command, std::string_view why);
int say_failed(std::string_view command, std::string_view why);

}  // namespace grtc::app
