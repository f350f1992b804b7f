#pragma once
#include "items/json_value.hpp"

namespace grtc::items {

/// Applies a JSON merge patch: members that `patch` doesn't name keep their text and their place, new ones follow.
/// @return the new value; its depth is at most that of the deeper argument
/// @see RFC 7396 §2
[[nodiscard]] JsonValue merge_patch(JsonValue target, const JsonValue& patch);

}  // namespace grtc::items
