#include "cluster/relay_batch.hpp"

#include <algorithm>
#include <utility>

#include "core/fact.hpp"

namespace grtc::cluster {
namespace {

/// A script holds up everybody else in Redis, and Lua's stack has an end (8,000).
constexpr std::size_t kMaxFacts = 1'000;
constexpr std::size_t kMaxNames = 1'000;
constexpr std::size_t kMaxSenders = 32;
constexpr std::size_t kMaxBytes = 256UL * 1024;
/// What has a second one will have more.
constexpr std::size_t kUsualBytes = 24UL * 1024;

}  // namespace

const RelayBatch::Sender* RelayBatch::find(std::string_view peer) const noexcept {
  const auto it = std::find_if(senders_.begin(), senders_.end(), [&](const Sender& one) { return one.peer == peer; });
  return it == senders_.end() ? nullptr : &*it;
}

/// So many more receivers at most.
std::size_t RelayBatch::names_in(const std::string& to) const noexcept {
  if (to.empty() || to == latest_to_) return 0;
  return 1 + static_cast<std::size_t>(std::count(to.begin(), to.end(), core::kNameMark));
}

bool RelayBatch::takes(const core::Operation& relay) const {
  if (count_ == 0) return true;
  const bool has_place = count_ < kMaxFacts && receivers_.size() + names_in(relay.to) <= kMaxNames &&
                         facts_.size() + relay.fact.size() <= kMaxBytes;
  if (!has_place || relay.number != first_ + count_) return false;
  const Sender* sender = find(relay.peer);
  return sender != nullptr ? sender->attachment == relay.attachment : senders_.size() < kMaxSenders;
}

void RelayBatch::add(const core::Operation& relay) {
  if (count_ == 0) first_ = relay.number;
  if (count_ == 1) facts_.reserve(kUsualBytes);
  if (count_ > 0) facts_ += kFactsMark;
  ++count_;
  facts_ += relay.fact;
  if (const Sender* sender = find(relay.peer)) {
    std::uint64_t& id = senders_[static_cast<std::size_t>(sender - senders_.data())].id;
    id = std::max(id, relay.id);
  } else {
    senders_.push_back({relay.peer, relay.attachment, relay.id});
  }
  if (relay.to.empty() || relay.to == latest_to_) return;
  core::each_name(relay.to, [this](std::string_view name) { receivers_.emplace(name); });
  latest_to_ = relay.to;
}

RelayBatch::Call RelayBatch::take() {
  Call call{{}, first_, first_ + count_ - 1};
  call.arguments.reserve(4 + 3 * senders_.size() + receivers_.size());
  call.arguments.push_back(std::exchange(facts_, {}));
  call.arguments.push_back(std::to_string(count_));
  call.arguments.push_back(std::to_string(senders_.size()));
  for (Sender& sender : senders_) {
    call.arguments.push_back(std::move(sender.peer));
    call.arguments.push_back(std::move(sender.attachment));
    call.arguments.push_back(std::to_string(sender.id));
  }
  call.arguments.insert(call.arguments.end(), receivers_.begin(), receivers_.end());
  senders_.clear();
  receivers_.clear();
  latest_to_.clear();
  count_ = 0;
  return call;
}

}  // namespace grtc::cluster
