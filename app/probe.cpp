#include "app/probe.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <optional>
#include <string_view>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include <utility>

#include <openssl/ssl.h>

namespace grtc::app {
namespace {

using core::Code;
using core::Problem;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kMaxAnswer = 65536;

Problem failed(std::string why) {
  return {Code::unavailable, std::move(why), {}, 0};
}

struct Url {
  bool secure = false;
  std::string host;
  std::string port;
  std::string path;
  [[nodiscard]] bool loopback() const { return host == "localhost" || host == "::1" || host.starts_with("127."); }
};

std::optional<Url> parse(std::string_view text) {
  Url url;
  url.secure = text.starts_with("https://");
  if (!url.secure && !text.starts_with("http://")) return std::nullopt;
  text.remove_prefix(url.secure ? 8 : 7);
  const std::size_t slash = std::min(text.find('/'), text.size());
  url.path = slash == text.size() ? "/health" : std::string(text.substr(slash));
  std::string_view host = text.substr(0, slash);
  std::string_view port = url.secure ? ":443" : ":80";
  if (host.starts_with('[')) {
    const std::size_t end = host.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    if (end + 1 < host.size()) port = host.substr(end + 1);
    host = host.substr(1, end - 1);
  } else if (const std::size_t colon = host.find(':'); colon != std::string_view::npos) {
    port = host.substr(colon);
    host = host.substr(0, colon);
  }
  if (host.empty() || port.size() < 2 || port.front() != ':') return std::nullopt;
  if (port.find_first_not_of("0123456789", 1) != std::string_view::npos) return std::nullopt;
  if (text.find_first_of(" \r\n") != std::string_view::npos) return std::nullopt;
  url.host = host;
  url.port = port.substr(1);
  return url;
}

/// A blocking socket whose every call ends by the deadline.
class Line {
 public:
  explicit Line(Clock::time_point deadline) : deadline_(deadline) {}
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;
  ~Line() {
    ssl_.reset();
    if (fd_ >= 0) ::close(fd_);
  }

  std::optional<Problem> connect(const Url& url);
  std::optional<Problem> secure(const Url& url);
  [[nodiscard]] bool send(std::string_view bytes);
  /// Up to kMaxAnswer bytes, until the other side closes or `until`, if it is not empty, is there.
  [[nodiscard]] std::string receive(const std::string& until);

 private:
  /// False: the deadline is over.
  bool arm();

  struct FreeContext {
    void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
  };
  struct FreeSsl {
    void operator()(SSL* ssl) const noexcept { SSL_free(ssl); }
  };
  Clock::time_point deadline_;
  int fd_ = -1;
  std::unique_ptr<SSL_CTX, FreeContext> context_;
  std::unique_ptr<SSL, FreeSsl> ssl_;
};

bool Line::arm() {
  const auto left = std::chrono::duration_cast<std::chrono::microseconds>(deadline_ - Clock::now()).count();
  if (left <= 0) return false;
  const timeval time{left / 1'000'000, left % 1'000'000};
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
  ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time);  // connect() keeps to it too (socket(7))
  return true;
}

std::optional<Problem> Line::connect(const Url& url) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int error = ::getaddrinfo(url.host.c_str(), url.port.c_str(), &hints, &found); error != 0) {
    return failed(url.host + ": " + ::gai_strerror(error));
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> list(found, ::freeaddrinfo);
  int cause = ETIMEDOUT;
  for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
    fd_ = ::socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC, at->ai_protocol);
    if (fd_ >= 0 && arm() && ::connect(fd_, at->ai_addr, at->ai_addrlen) == 0) return std::nullopt;
    cause = errno == EINPROGRESS ? ETIMEDOUT : errno;
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }
  return failed(std::strerror(cause));
}

std::optional<Problem> Line::secure(const Url& url) {
  context_.reset(SSL_CTX_new(TLS_client_method()));
  if (!context_) return failed("TLS is not available");
  SSL_CTX_set_default_verify_paths(context_.get());
  SSL_CTX_set_verify(context_.get(), url.loopback() ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, nullptr);
  ssl_.reset(SSL_new(context_.get()));
  if (!ssl_ || SSL_set_fd(ssl_.get(), fd_) != 1) return failed("TLS is not available");
  SSL_set_tlsext_host_name(ssl_.get(), url.host.c_str());
  SSL_set1_host(ssl_.get(), url.host.c_str());
  if (SSL_connect(ssl_.get()) == 1) return std::nullopt;
  const long verdict = SSL_get_verify_result(ssl_.get());
  if (!url.loopback() && verdict != X509_V_OK) return failed(X509_verify_cert_error_string(verdict));
  return failed("the TLS handshake failed");
}

bool Line::send(std::string_view bytes) {
  while (!bytes.empty() && arm()) {
    const auto size = static_cast<int>(bytes.size());
    const ssize_t sent =
        ssl_ ? SSL_write(ssl_.get(), bytes.data(), size) : ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return bytes.empty();
}

std::string Line::receive(const std::string& until) {
  std::string all;
  std::array<char, 4096> part{};
  while (all.size() < kMaxAnswer && arm()) {
    const ssize_t got = ssl_ ? SSL_read(ssl_.get(), part.data(), static_cast<int>(part.size()))
                             : ::recv(fd_, part.data(), part.size(), 0);
    if (got <= 0) break;
    all.append(part.data(), static_cast<std::size_t>(got));
    if (!until.empty() && all.find(until) != std::string::npos) break;
  }
  return all;
}

}  // namespace

core::Result<ProbeAnswer> probe(const std::string& url, std::chrono::milliseconds patience, const ProbeHow& how) {
  const auto target = parse(url);
  if (!target) return Problem{Code::bad_request, url + ": must be like http://localhost:8001", {}, 0};
  Line line(Clock::now() + patience);
  if (auto problem = line.connect(*target)) return *std::move(problem);
  if (target->secure) {
    if (auto problem = line.secure(*target)) return *std::move(problem);
  }
  const bool bare_v6 = target->host.find(':') != std::string::npos;
  const std::string host = bare_v6 ? "[" + target->host + "]" : target->host;
  if (!line.send("GET " + target->path + " HTTP/1.1\r\nHost: " + host + ":" + target->port + "\r\n" + how.headers +
                 "Accept: */*\r\n\r\n")) {
    return failed("the request could not be sent");
  }
  const std::string answer = line.receive(how.until);
  // RFC 9112 §4: HTTP-version SP status-code.
  ProbeAnswer result;
  if (!answer.starts_with("HTTP/1.") || answer.size() < 12) {
    return failed(answer.empty() ? "no answer in time" : "the answer is not HTTP");
  }
  std::from_chars(answer.data() + 9, answer.data() + 12, result.status);
  const std::size_t body = answer.find("\r\n\r\n");
  if (body != std::string::npos) result.body = answer.substr(body + 4);
  return result;
}

}  // namespace grtc::app
