#pragma once
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace grtc::fuzz {

/// Ends the run when a promise is broken; libFuzzer then keeps the input.
inline void require(bool kept, std::string_view promise) {
  if (kept) return;
  std::fprintf(stderr, "broken: %.*s\n", static_cast<int>(promise.size()), promise.data());
  std::abort();
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// Takes small numbers off the front of the input: how an input chooses bounds and places to cut.
class Choices {
 public:
  explicit Choices(std::string_view input) noexcept : rest_(input) {}

  /// From 0 to `below` - 1; 0 when the input is used up.
  [[nodiscard]] std::size_t next(std::size_t below) noexcept {
    if (rest_.empty()) return 0;
    const auto byte = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    return byte % below;
  }
  [[nodiscard]] std::string_view rest() const noexcept { return rest_; }

 private:
  std::string_view rest_;
};

/// Lengths of pieces, from 1 byte: a sequence that depends on `seed` alone.
class Pieces {
 public:
  explicit Pieces(std::size_t seed) noexcept : state_(seed * 2 + 1) {}
  [[nodiscard]] std::size_t next(std::size_t left) noexcept {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;
    const std::size_t size = 1 + (state_ >> 33) % 17;
    return size < left ? size : left;
  }

 private:
  std::size_t state_;
};

}  // namespace grtc::fuzz
