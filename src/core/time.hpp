#pragma once
#include <chrono>

namespace grtc::core {

/// For deadlines and durations. The core never asks for it: it is passed in.
using TimePoint = std::chrono::steady_clock::time_point;

/// For what a person reads: `joined_at`, `created_at`.
using WallTime = std::chrono::sys_time<std::chrono::milliseconds>;

/// For which of two came first, on machines whose clocks agree.
using FineWallTime = std::chrono::sys_time<std::chrono::microseconds>;

}  // namespace grtc::core
