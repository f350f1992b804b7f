#include "routes/admin.hpp"

#include "ops/secret.hpp"

namespace grtc::routes {

using core::Code;
using core::Problem;

std::optional<Problem> AdminGuard::refusal(const http::Request& request) const {
  if (token_.empty()) {
    if (!production_ && request.loopback) return std::nullopt;
    return Problem{Code::forbidden,
                   production_ ? "Admin calls are off: set ADMIN_TOKEN on the server to use them."
                               : "Admin calls are open to the server's own machine only: set ADMIN_TOKEN to use them "
                                 "from elsewhere.",
                   {},
                   0};
  }
  const auto given = request.bearer();
  if (!given) {
    return Problem{Code::unauthorized, "This call needs the header Authorization: Bearer with the ADMIN_TOKEN.", {}, 0};
  }
  if (!ops::constant_time_equal(*given, token_)) {
    return Problem{Code::unauthorized, "The admin token is wrong.", {}, 0};
  }
  return std::nullopt;
}

}  // namespace grtc::routes
