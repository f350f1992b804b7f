#pragma once
#include <string_view>

namespace grtc::ops {

/// This gRTC's version, from the file VERSION.
[[nodiscard]] std::string_view version() noexcept;

}  // namespace grtc::ops
