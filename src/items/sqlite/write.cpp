#include "items/sqlite/write.hpp"

namespace grtc::items::sqlite {
namespace {

std::size_t text_of(const CreateItem& write) noexcept {
  const std::size_t once = write.once ? write.once->key.size() + write.once->fingerprint.size() : 0;
  return write.draft.name.size() + write.draft.description.size() + write.draft.data.size() + once;
}
std::size_t text_of(const ReplaceItem& write) noexcept {
  return write.draft.name.size() + write.draft.description.size() + write.draft.data.size();
}
std::size_t text_of(const PatchItem& write) noexcept {
  return write.patch.size();
}
std::size_t text_of(const RemoveItem& /*write*/) noexcept {
  return 0;
}

}  // namespace

std::size_t weight_of(const Write& write) noexcept {
  return sizeof(Write) + std::visit([](const auto& what) { return text_of(what); }, write.what);
}

}  // namespace grtc::items::sqlite
