#include "core/shared_frame.hpp"

#include <cstring>

namespace grtc::core {

SharedFrame::SharedFrame(std::size_t size) {
  block_ = std::allocator<Block>().allocate(units(size));
  std::construct_at(block_, Block{1, static_cast<std::uint32_t>(size)});
}

SharedFrame SharedFrame::copy_of(std::string_view bytes) {
  SharedFrame frame(bytes.size());
  if (!bytes.empty()) std::memcpy(frame.bytes(), bytes.data(), bytes.size());
  return frame;
}

void SharedFrame::destroy(Block* block) noexcept {
  std::allocator<Block>().deallocate(block, units(block->size));
}

}  // namespace grtc::core
