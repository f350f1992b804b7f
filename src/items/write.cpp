#include "items/write.hpp"

#include <algorithm>
#include <memory>
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

/// The answers of one batch that go to one executor.
struct Answers {
  struct One {
    ItemStore::Done<Item> done;
    core::Result<Item> result;
  };
  core::Executor* on;
  std::shared_ptr<std::vector<One>> all = std::make_shared<std::vector<One>>();
};

}  // namespace

void answer_all(std::vector<Write> writes, std::vector<core::Result<Item>> results) {
  std::vector<Answers> by_executor;
  for (std::size_t i = 0; i < writes.size(); ++i) {
    const auto same = std::find_if(by_executor.begin(), by_executor.end(),
                                   [&](const Answers& answers) { return answers.on == writes[i].on; });
    Answers& answers = same == by_executor.end() ? by_executor.emplace_back(Answers{writes[i].on}) : *same;
    answers.all->push_back({std::move(writes[i].done), std::move(results[i])});
  }
  for (Answers& answers : by_executor) {
    answers.on->post([all = std::move(answers.all)] {
      for (Answers::One& one : *all) one.done(std::move(one.result));
    });
  }
}

std::size_t weight_of(const Write& write) noexcept {
  return sizeof(Write) + std::visit([](const auto& what) { return text_of(what); }, write.what);
}

}  // namespace grtc::items
