#include "items/refusals.hpp"

namespace grtc::items {

core::Problem not_found() {
  return {core::Code::not_found, "There is no such item.", {}, 0};
}

core::Problem moved_on() {
  return {core::Code::version_moved_on, "The item has changed since the version that the condition names.", {}, 0};
}

core::Problem key_used() {
  return {core::Code::unprocessable,
          "The Idempotency-Key has been used with another body.",
          {{"Idempotency-Key", "was used with another body within the last 24 hours"}},
          0};
}

}  // namespace grtc::items
