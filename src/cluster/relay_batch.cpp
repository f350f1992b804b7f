#include "cluster/relay_batch.hpp"

namespace grtc::cluster {
namespace {

/// A script holds up everybody else in Redis, and Lua's stack has an end (8,000).
constexpr std::size_t kMaxArguments = 2'000;
constexpr std::size_t kMaxBytes = 256UL * 1024;

}  // namespace

bool RelayBatch::takes(const core::Operation& relay) const noexcept {
  return count_ == 0 || (relay.number == first_ + count_ && arguments_.size() + relay.to.size() < kMaxArguments &&
                         bytes_ + relay.bytes() < kMaxBytes);
}

void RelayBatch::add(const core::Operation& relay) {
  if (count_ == 0) first_ = relay.number;
  ++count_;
  bytes_ += relay.bytes();
  append(arguments_, relay.peer, relay.attachment, relay.id, relay.fact, relay.to);
}

void RelayBatch::append(std::vector<std::string>& arguments, std::string_view peer, std::string_view attachment,
                        std::uint64_t id, std::string_view fact, const std::vector<std::string>& receivers) {
  arguments.emplace_back(peer);
  arguments.emplace_back(attachment);
  arguments.push_back(std::to_string(id));
  arguments.emplace_back(fact);
  arguments.push_back(std::to_string(receivers.size()));
  arguments.insert(arguments.end(), receivers.begin(), receivers.end());
}

RelayBatch::Call RelayBatch::take() noexcept {
  Call call{std::exchange(arguments_, {}), first_, first_ + count_ - 1};
  count_ = 0;
  bytes_ = 0;
  return call;
}

}  // namespace grtc::cluster
