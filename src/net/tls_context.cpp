#include "net/tls_context.hpp"

#include <string_view>
#include <system_error>

#include <openssl/err.h>
#include <openssl/ssl.h>

namespace grtc::net {
namespace {

/// "file: why", with OpenSSL's first reason: those after it only say who passed it on. The thread's error queue is
/// empty afterwards.
core::Problem why(const std::string& name, const std::string& file) {
  std::string reason = "cannot be used";
  if (const unsigned long error = ERR_peek_error(); error != 0) {
    if (ERR_SYSTEM_ERROR(error)) {
      reason = std::generic_category().message(ERR_GET_REASON(error));
    } else if (const char* text = ERR_reason_error_string(error)) {
      reason = text;
    }
  }
  ERR_clear_error();
  return {core::Code::unavailable, name + "=" + file + ": " + reason, {}, 0};
}

/// RFC 7301: of what the client offers only http/1.1 is spoken; without it the handshake goes on without ALPN.
int choose_http11(SSL* /*ssl*/, const unsigned char** out, unsigned char* out_size, const unsigned char* in,
                  unsigned in_size, void* /*context*/) {
  static constexpr std::string_view kHttp11 = "http/1.1";
  for (unsigned at = 0; at < in_size; at += 1U + in[at]) {
    const std::string_view offered(reinterpret_cast<const char*>(in + at + 1), in[at]);
    if (offered == kHttp11) {
      *out = in + at + 1;
      *out_size = in[at];
      return SSL_TLSEXT_ERR_OK;
    }
  }
  return SSL_TLSEXT_ERR_NOACK;
}

}  // namespace

void TlsContext::Free::operator()(SSL_CTX* context) const noexcept {
  SSL_CTX_free(context);
}

core::Result<std::shared_ptr<TlsContext>> TlsContext::load(const std::string& certificate, const std::string& key) {
  auto made = std::make_shared<TlsContext>();
  made->context_.reset(SSL_CTX_new(TLS_server_method()));
  SSL_CTX* context = made->context_.get();
  if (context == nullptr) return why("TLS_CERT", certificate);
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_alpn_select_cb(context, choose_http11, nullptr);
  if (SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) != 1) return why("TLS_CERT", certificate);
  if (SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1) return why("TLS_KEY", key);
  if (SSL_CTX_check_private_key(context) != 1) return why("TLS_KEY", key);
  return made;
}

}  // namespace grtc::net
