#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

struct redisReply;

namespace grtc::redis {

/// What Redis answered (RESP2), as long as the callback runs that it was given to.
class Reply {
 public:
  explicit Reply(const redisReply* reply) noexcept : reply_(reply) {}
  /// The connection broke before the answer came: whether the command was carried out is not known.
  [[nodiscard]] static Reply lost() noexcept { return Reply(nullptr); }

  [[nodiscard]] bool is_lost() const noexcept { return reply_ == nullptr; }
  [[nodiscard]] bool is_error() const noexcept;
  [[nodiscard]] bool is_nil() const noexcept;
  [[nodiscard]] bool is_array() const noexcept;
  /// Of a string, a status or an error; empty for all else.
  [[nodiscard]] std::string_view text() const noexcept;
  /// Of an integer; 0 for all else.
  [[nodiscard]] std::int64_t integer() const noexcept;
  /// Elements of an array; 0 for all else.
  [[nodiscard]] std::size_t size() const noexcept;
  /// @pre i < size()
  [[nodiscard]] Reply operator[](std::size_t i) const noexcept;

 private:
  const redisReply* reply_;
};

}  // namespace grtc::redis
