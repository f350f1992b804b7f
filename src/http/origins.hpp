#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "core/problem.hpp"

namespace grtc::http {

/// ALLOWED_ORIGINS: which pages may use the API and open WebSockets from a browser. Immutable, any thread.
class AllowedOrigins {
 public:
  /// @param list  comma-separated `scheme://host[:port]`; `*`: any; empty: only pages that this server served
  /// @return a sentence that names the part which is no origin
  /// @param name  of the setting, for that sentence
  [[nodiscard]] static core::Result<AllowedOrigins> parse(std::string_view list,
                                                          std::string_view name = "ALLOWED_ORIGINS");

  [[nodiscard]] bool any() const noexcept { return any_; }
  /// Whether answers name the request's origin also where any may read them, as some clients' servers do.
  [[nodiscard]] bool reflects() const noexcept { return reflects_; }
  void reflect() noexcept { reflects_ = true; }
  /// Nothing is listed: answers then don't depend on the request's origin.
  [[nodiscard]] bool only_same() const noexcept { return !any_ && listed_.empty(); }
  /// Whether `origin` (an `Origin` value) is in the list.
  [[nodiscard]] bool lists(std::string_view origin) const;
  /// Listed, or the same as the server was called by. The schemes aren't compared: a proxy that ends TLS need not say
  /// so.
  /// @param host  the request's `Host`
  [[nodiscard]] bool allows(std::string_view origin, std::string_view host) const;

 private:
  bool any_ = false;
  bool reflects_ = false;
  std::vector<std::string> listed_;  ///< lower case, without the scheme's own port
};

}  // namespace grtc::http
