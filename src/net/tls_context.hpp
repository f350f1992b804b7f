#pragma once
#include <memory>
#include <string>

#include "core/problem.hpp"

using SSL_CTX = struct ssl_ctx_st;

namespace grtc::net {

/// The server's certificate and key. Any thread; connections keep the context that they began with, so a reload
/// (SIGHUP) drops no socket.
class TlsContext {
 public:
  /// TLS 1.2 and 1.3, ALPN `http/1.1`.
  /// @param certificate  path of a PEM chain (TLS_CERT)
  /// @param key          path of its PEM key (TLS_KEY)
  /// @return a sentence that names the file and what is wrong with it
  [[nodiscard]] static core::Result<std::shared_ptr<TlsContext>> load(const std::string& certificate,
                                                                      const std::string& key);
  [[nodiscard]] SSL_CTX* native() const noexcept { return context_.get(); }

 private:
  struct Free {
    void operator()(SSL_CTX* context) const noexcept;
  };
  std::unique_ptr<SSL_CTX, Free> context_;
};

}  // namespace grtc::net
