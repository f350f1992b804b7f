#pragma once
#include <arpa/inet.h>
#include <array>
#include <chrono>
#include <cstdint>
#include <netinet/in.h>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace grtc::http::test {

/// A client that sends bytes and reads bytes, and knows no HTTP but where an answer ends. Blocking, bounded by
/// kPatience.
class RawClient {
 public:
  static constexpr std::chrono::milliseconds kPatience{5000};

  explicit RawClient(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
  }
  RawClient(RawClient&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)), connected_(other.connected_), received_(std::move(other.received_)) {}
  RawClient& operator=(RawClient&& other) noexcept {
    std::swap(fd_, other.fd_);
    std::swap(received_, other.received_);
    connected_ = other.connected_;
    ended_ = other.ended_;
    return *this;
  }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;
  ~RawClient() { close(); }

  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] bool connected() const { return connected_; }
  void close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }
  void shut_writing() { ::shutdown(fd_, SHUT_WR); }

  /// False: the server has reset the connection.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  /// Reads until `mark` has arrived and returns all up to its end; "" when it never comes.
  std::string read_until(std::string_view mark) {
    std::size_t at = 0;
    while ((at = received_.find(mark)) == std::string::npos) {
      if (!receive()) return "";
    }
    return take(at + mark.size());
  }

  /// One answer: head, and what Content-Length says. `has_content` false: of a HEAD.
  std::string read_answer(bool has_content = true) {
    std::string answer = read_until("\r\n\r\n");
    static constexpr std::string_view kLength = "\r\nContent-Length: ";
    const std::size_t at = answer.find(kLength);
    if (at == std::string::npos || !has_content) return answer;
    const std::size_t length = std::stoul(answer.substr(at + kLength.size()));
    while (received_.size() < length) {
      if (!receive()) return answer + " [cut]";
    }
    return answer + take(length);
  }

  /// All until the server closes.
  std::string read_to_end() {
    while (receive()) {
    }
    return take(received_.size());
  }
  [[nodiscard]] bool ended() const { return ended_; }

  /// Asks and reads the answer.
  std::string ask(std::string_view request) {
    send(request);
    return read_answer();
  }

 private:
  bool receive() {
    pollfd wait{fd_, POLLIN, 0};
    if (::poll(&wait, 1, static_cast<int>(kPatience.count())) <= 0) return false;
    std::array<char, 65536> buffer;
    const ssize_t got = ::recv(fd_, buffer.data(), buffer.size(), 0);
    if (got <= 0) {
      ended_ = true;
      return false;
    }
    received_.append(buffer.data(), static_cast<std::size_t>(got));
    return true;
  }
  std::string take(std::size_t bytes) {
    std::string taken = received_.substr(0, bytes);
    received_.erase(0, bytes);
    return taken;
  }

  int fd_;
  bool connected_ = false;
  bool ended_ = false;
  std::string received_;
};

}  // namespace grtc::http::test
