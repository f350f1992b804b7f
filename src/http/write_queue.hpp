#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "net/raw_socket.hpp"

namespace grtc::http {

/// What waits to leave on one connection, in order: small pieces run together in one buffer, large ones are referred
/// to. It knows its size and not its bound: the connection stops reading, or ends a stream, at its limit.
/// Owns no memory when empty. Thread: the connection's.
class WriteQueue {
 public:
  /// Below it copying is cheaper than another piece of a vectored write.
  static constexpr std::size_t kCopyBelow = 4096;

  /// @param spare  a buffer that the thread's connections hand on to each other instead of allocating one each
  explicit WriteQueue(std::string& spare) noexcept : spare_(&spare) {}

  void append(std::string_view bytes);
  void take(std::string&& bytes);
  /// Refers to `bytes`, which `owner` keeps alive (none: they are static).
  void refer(std::string_view bytes, std::shared_ptr<const void> owner);
  /// Where the next small piece is built in place; to be followed by grown().
  [[nodiscard]] std::string& tail();
  /// Tells how many bytes were appended to tail().
  void grown(std::size_t by) noexcept { bytes_ += by; }

  [[nodiscard]] bool empty() const noexcept { return bytes_ == 0; }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

  /// Writes as much as the socket takes.
  /// @return `none`: the queue is empty; else why not: wants_read, wants_write, failed
  [[nodiscard]] net::Stop flush(net::RawSocket& socket);

 private:
  struct Piece {
    std::string own;
    std::string_view other;
    std::shared_ptr<const void> owner;
    [[nodiscard]] std::string_view view() const noexcept { return other.empty() ? std::string_view(own) : other; }
  };
  void drop(std::size_t bytes);
  void release();

  std::string* spare_;
  std::vector<Piece> pieces_;
  std::size_t first_ = 0;   ///< pieces before it have left
  std::size_t offset_ = 0;  ///< bytes of pieces_[first_] that have left
  std::size_t bytes_ = 0;
};

}  // namespace grtc::http
