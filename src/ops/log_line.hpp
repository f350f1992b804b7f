#pragma once
#include <string>
#include <string_view>

#include "core/time.hpp"
#include "ops/log.hpp"

namespace grtc::ops {

/// At most so many bytes a line, its end included: what a pipe takes whole (PIPE_BUF), so that lines of several
/// writers never mix and a writable pipe never blocks.
inline constexpr std::size_t kMaxLogLine = 4096;

/// One line without its end. Fields that would pass kMaxLogLine are left out.
[[nodiscard]] std::string log_line(Log::Format format, core::WallTime now, Level level, std::string_view instance,
                                   std::string_view message, Fields fields);

}  // namespace grtc::ops
