#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <unistd.h>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "net/tls_context.hpp"
#include "unit/http/running_server.hpp"

namespace grtc::http::test {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

template <auto kFree>
struct Free {
  template <class T>
  void operator()(T* object) const {
    kFree(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Free<X509_free>>;
using File = std::unique_ptr<std::FILE, Free<std::fclose>>;

/// A certificate that signed itself, for `name`, in two files that go with it.
class SelfSigned {
 public:
  explicit SelfSigned(const std::string& name)
      : folder_(std::filesystem::path(::testing::TempDir()) / ("grtc-tls-" + name + std::to_string(::getpid()))) {
    std::filesystem::create_directories(folder_);
    const Key key(EVP_EC_gen("P-256"));
    const Certificate made(X509_new());
    ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(made.get()), 0);
    X509_gmtime_adj(X509_getm_notAfter(made.get()), 3600);
    X509_set_pubkey(made.get(), key.get());
    X509_NAME* subject = X509_get_subject_name(made.get());
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(name.c_str()), -1,
                               -1, 0);
    X509_set_issuer_name(made.get(), subject);
    X509_sign(made.get(), key.get(), EVP_sha256());
    PEM_write_X509(File(std::fopen(certificate().c_str(), "w")).get(), made.get());
    PEM_write_PrivateKey(File(std::fopen(this->key().c_str(), "w")).get(), key.get(), nullptr, nullptr, 0, nullptr,
                         nullptr);
  }
  SelfSigned(const SelfSigned&) = delete;
  SelfSigned& operator=(const SelfSigned&) = delete;
  ~SelfSigned() { std::filesystem::remove_all(folder_); }

  [[nodiscard]] std::shared_ptr<net::TlsContext> load() const {
    return net::TlsContext::load(certificate(), key()).value();
  }

 private:
  [[nodiscard]] std::string certificate() const { return folder_ / "cert.pem"; }
  [[nodiscard]] std::string key() const { return folder_ / "key.pem"; }
  std::filesystem::path folder_;
};

/// A blocking TLS client that believes every certificate.
class TlsClient {
 public:
  explicit TlsClient(std::uint16_t port)
      : tcp_(port), context_(SSL_CTX_new(TLS_client_method())), ssl_(SSL_new(context_.get())) {
    SSL_set_fd(ssl_.get(), tcp_.fd());
    SSL_connect(ssl_.get());
  }

  void send(std::string_view bytes) {
    std::size_t sent = 0;
    SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &sent);
  }
  std::string read_until(std::string_view mark) {
    std::string all;
    for (char c = 0; all.find(mark) == std::string::npos;) {
      std::size_t got = 0;
      if (SSL_read_ex(ssl_.get(), &c, 1, &got) != 1) return all + " [cut]";
      all += c;
    }
    return all;
  }
  [[nodiscard]] std::string name_of_server() {
    const Certificate shown(SSL_get1_peer_certificate(ssl_.get()));
    std::string name(64, '\0');
    const int size = X509_NAME_get_text_by_NID(X509_get_subject_name(shown.get()), NID_commonName, name.data(), 64);
    name.resize(static_cast<std::size_t>(size));
    return name;
  }

 private:
  RawClient tcp_;
  std::unique_ptr<SSL_CTX, Free<SSL_CTX_free>> context_;
  std::unique_ptr<SSL, Free<SSL_free>> ssl_;
};

std::string get_over_tls(std::string_view path) {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: x\r\n\r\n";
}

TEST(Tls, ReadsOnWhereARecordWaitsInside) {
  std::vector<std::thread> workers;
  std::vector<Route> routes = {{Method::get, "/now/{n}", echo()}};
  routes.push_back({Method::get, "/later", [&workers](const auto& request, const Reply& reply) {
                      workers.emplace_back([request, reply] { reply(json_response(200, "<later>")); });
                    }});
  const SelfSigned self("one");
  {
    Options options = test_options();
    options.hsts = true;
    const RunningServer server(std::move(routes), std::move(options), self.load());
    TlsClient client(server->port());
    // Three records in one segment or more: the first stops the reading, and what has come behind it fires no
    // readiness.
    client.send(get_over_tls("/later"));
    client.send(get_over_tls("/later"));
    client.send(get_over_tls("/now/7") + get_over_tls("/now/8"));
    EXPECT_THAT(client.read_until("<later>"), HasSubstr("\r\nStrict-Transport-Security: "));
    EXPECT_THAT(client.read_until("<later>"), EndsWith("<later>"));
    EXPECT_THAT(client.read_until("GET /now/7 7"), StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(client.read_until("GET /now/8 8"), StartsWith("HTTP/1.1 200 OK\r\n"));
    client.send(get_over_tls("/now/9"));
    EXPECT_THAT(client.read_until("GET /now/9 9"), StartsWith("HTTP/1.1 200 OK\r\n"));
  }
  for (std::thread& worker : workers) worker.join();
}

TEST(Tls, ShowsTheNewCertificateAfterAReloadAndKeepsOpenConnections) {
  const SelfSigned one("one");
  const SelfSigned two("two");
  RunningServer server({{Method::get, "/{n}", echo()}}, test_options(), one.load());
  TlsClient before(server->port());
  EXPECT_EQ(before.name_of_server(), "one");
  server->reload_tls(two.load());
  TlsClient after(server->port());
  EXPECT_EQ(after.name_of_server(), "two");
  before.send(get_over_tls("/1"));
  EXPECT_THAT(before.read_until("GET /1 1"), StartsWith("HTTP/1.1 200 OK\r\n"));
  after.send(get_over_tls("/2"));
  EXPECT_THAT(after.read_until("GET /2 2"), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST(Tls, GivesAHandshakeTheTimeOfAHead) {
  const SelfSigned self("one");
  Options options = test_options();
  options.deadlines.head = std::chrono::milliseconds(300);
  const RunningServer server({{Method::get, "/{n}", echo()}}, std::move(options), self.load());
  RawClient silent = server.connect();
  EXPECT_EQ(silent.read_to_end(), "");
  EXPECT_TRUE(silent.ended());
  RawClient plain = server.connect();
  plain.send(get_over_tls("/1"));
  plain.read_to_end();
  EXPECT_TRUE(plain.ended());
}

}  // namespace
}  // namespace grtc::http::test
