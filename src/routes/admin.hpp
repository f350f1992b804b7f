#pragma once
#include <optional>
#include <string>

#include "core/problem.hpp"
#include "http/message.hpp"

namespace grtc::routes {

/// Who may make admin calls (docs/http-api.md). Immutable, any thread.
class AdminGuard {
 public:
  /// @param token       ADMIN_TOKEN; empty: unset
  /// @param production  ENVIRONMENT=production: never open
  AdminGuard(std::string token, bool production) : token_(std::move(token)), production_(production) {}

  /// Why `request` may not: 401 for a missing or wrong token; 403 when none is set, but in development from loopback.
  /// Nothing: it may.
  [[nodiscard]] std::optional<core::Problem> refusal(const http::Request& request) const;

 private:
  std::string token_;
  bool production_;
};

}  // namespace grtc::routes
