#include "items/write.hpp"

#include <utility>

namespace grtc::items {
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

void answer_all(std::vector<Write> writes, std::vector<core::Result<Item>> results) {
  std::vector<Answer> answers;
  answers.reserve(writes.size());
  for (std::size_t i = 0; i < writes.size(); ++i) {
    answers.push_back({writes[i].on, std::move(writes[i].done), std::move(results[i])});
  }
  answer_all(std::move(answers));
}

std::size_t weight_of(const Write& write) noexcept {
  return sizeof(Write) + std::visit([](const auto& what) { return text_of(what); }, write.what);
}

}  // namespace grtc::items
