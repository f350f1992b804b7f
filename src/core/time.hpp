#pragma once
#include <chrono>

namespace grtc::core {

/// For deadlines and durations. The core never asks for it: it is passed in.
using TimePoint = std::chrono::steady_clock::time_point;

/// For what a person reads: `joined_at`, `created_at`.
using WallTime = std::chrono::sys_time<std::chrono::milliseconds>;

}  // namespace grtc::core
