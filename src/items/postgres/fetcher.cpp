#include "items/postgres/fetcher.hpp"

#include <map>
#include <memory>
#include <utility>

#include "items/postgres/problems.hpp"
#include "items/postgres/read_calls.hpp"
#include "items/refusals.hpp"

namespace grtc::items::postgres {
namespace {

/// One is read, one is on its way: the server never waits, and what comes meanwhile shares the next.
constexpr unsigned kUnderWay = 2;

}  // namespace

void Fetcher::get(ItemId id, core::Executor& on, ItemStore::Done<Item> done) {
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() < options_.max_queued_reads) {
      waiting_.push_back({id, &on, std::move(done)});
      if (waiting_.size() == 1) io_.post([this] { pump(); });
      return;
    }
  }
  counters_.refused_reads.fetch_add(1, std::memory_order_relaxed);
  on.post([done = std::move(done)] { done(unavailable("Too many reads are waiting.")); });
}

void Fetcher::pump() {
  if (under_way_ >= kUnderWay) return;
  auto wishes = std::make_shared<std::vector<Wish>>();
  {
    const std::lock_guard lock(mutex_);
    wishes->swap(waiting_);
  }
  if (wishes->empty()) return;
  std::vector<std::int64_t> ids;
  ids.reserve(wishes->size());
  for (const Wish& wish : *wishes) ids.push_back(wish.id);
  ++under_way_;
  readers_.run(get_call(ids), [this, wishes](const Outcome& outcome) {
    --under_way_;
    answer(std::move(*wishes), outcome);
    pump();
  });
}

void Fetcher::answer(std::vector<Wish> wishes, const Outcome& outcome) {
  std::map<ItemId, Item> items;
  if (!outcome.failure) items = read_items(outcome.rows.front());
  std::vector<Answer> answers;
  answers.reserve(wishes.size());
  for (Wish& wish : wishes) {
    const auto found = items.find(wish.id);
    core::Result<Item> result = not_found();
    if (outcome.failure) {
      result = outcome.failure->problem;
    } else if (found != items.end()) {
      result = found->second;
    }
    answers.push_back({wish.on, std::move(wish.done), std::move(result)});
  }
  answer_all(std::move(answers));
}

}  // namespace grtc::items::postgres
