#include "net/client_tls.hpp"

#include <arpa/inet.h>
#include <memory>

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace grtc::net {
namespace {

struct FreeContext {
  void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
};

/// Made once: reading the system's certificates takes milliseconds.
SSL_CTX* context() {
  static const std::unique_ptr<SSL_CTX, FreeContext> made_once = [] {
    std::unique_ptr<SSL_CTX, FreeContext> made(SSL_CTX_new(TLS_client_method()));
    if (!made) return made;
    SSL_CTX_set_min_proto_version(made.get(), TLS1_2_VERSION);
    SSL_CTX_set_default_verify_paths(made.get());
    SSL_CTX_set_verify(made.get(), SSL_VERIFY_PEER, nullptr);
    return made;
  }();
  return made_once.get();
}

bool is_address(const std::string& host) {
  in6_addr bytes{};
  return inet_pton(AF_INET, host.c_str(), &bytes) == 1 || inet_pton(AF_INET6, host.c_str(), &bytes) == 1;
}

}  // namespace

core::Result<RawSocket> secure_client(int fd, const std::string& host) {
  RawSocket socket(fd, context());
  SSL* ssl = socket.tls();
  if (ssl == nullptr) return core::Problem{core::Code::internal, "TLS could not be set up", {}, 0};
  SSL_set_connect_state(ssl);
  if (is_address(host)) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str());
  } else {
    SSL_set1_host(ssl, host.c_str());
    SSL_set_tlsext_host_name(ssl, host.c_str());
  }
  return socket;
}

}  // namespace grtc::net
