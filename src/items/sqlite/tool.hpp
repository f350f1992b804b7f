#pragma once
#include <chrono>
#include <string>
#include <utility>

#include "core/problem.hpp"

// What the commands on a database file (backup, restore, check, copy) have in common.
namespace grtc::items::sqlite {

/// A tool may wait a little longer than a request.
inline constexpr std::chrono::seconds kToolBusyTimeout{10};

/// Says which of the files a tool works on `problem` is about.
[[nodiscard]] inline core::Problem about(const std::string& path, core::Problem problem) {
  problem.sentence = path + ": " + problem.sentence;
  return problem;
}

}  // namespace grtc::items::sqlite
