#include "ops/version.hpp"

namespace grtc::ops {

std::string_view version() noexcept {
  return GRTC_VERSION;
}

}  // namespace grtc::ops
