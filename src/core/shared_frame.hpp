#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

namespace grtc::core {

/// The bytes of one event, encoded once and shared by every log that holds it. Immutable after filling.
///
/// The count is not atomic: all holders live on the room's own I/O thread, and a broadcast to a thousand
/// peers takes a thousand references.
class SharedFrame {
 public:
  SharedFrame() noexcept = default;
  /// A frame of `size` bytes to be filled through writable() before it is shared.
  explicit SharedFrame(std::size_t size);
  SharedFrame(const SharedFrame& other) noexcept : block_(other.block_) {
    if (block_ != nullptr) ++block_->references;
  }
  SharedFrame(SharedFrame&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  SharedFrame& operator=(SharedFrame other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~SharedFrame() {
    if (block_ != nullptr && --block_->references == 0) destroy(block_);
  }

  [[nodiscard]] static SharedFrame copy_of(std::string_view bytes);

  [[nodiscard]] std::span<char> writable() noexcept { return {bytes(), size()}; }
  [[nodiscard]] std::string_view view() const noexcept { return {bytes(), size()}; }
  [[nodiscard]] std::size_t size() const noexcept { return block_ == nullptr ? 0 : block_->size; }

 private:
  /// Stands in front of the bytes, in one allocation with them.
  struct alignas(8) Block {
    std::uint32_t references;
    std::uint32_t size;
  };
  [[nodiscard]] static std::size_t units(std::size_t size) noexcept {
    return 1 + (size + sizeof(Block) - 1) / sizeof(Block);
  }
  static void destroy(Block* block) noexcept;
  [[nodiscard]] char* bytes() const noexcept {
    return block_ == nullptr ? nullptr : reinterpret_cast<char*>(block_ + 1);
  }

  Block* block_ = nullptr;
};

}  // namespace grtc::core
