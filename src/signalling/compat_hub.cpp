#include "signalling/compat_hub.hpp"

#include <algorithm>
#include <utility>

#include "signalling/compat_client.hpp"

namespace grtc::signalling {
namespace {

/// What the last ones that are told to come back have for their side of the closing handshake.
constexpr std::chrono::milliseconds kLastAnswers{500};

}  // namespace

CompatHub::CompatHub(net::IoThread& io, const CompatOptions& options, ops::Log& log)
    : io_(io), options_(options), log_(log), loop_(io, options.heartbeat) {
  io_.every_tick([this](core::TimePoint now) { tick(now); });
}

CompatHub::~CompatHub() = default;

void CompatHub::abort_all() {
  for (CompatClient* client : std::vector<CompatClient*>(clients_.begin(), clients_.end())) client->abort();
}

void CompatHub::tick(core::TimePoint now) {
  if (drain_) drain_some(now);
}

void CompatHub::drain(std::chrono::milliseconds over, std::function<void()> done) {
  Drain drain;
  for (CompatClient* client : clients_) {
    drain.left.push_back(std::static_pointer_cast<CompatClient>(client->shared_from_this()));
  }
  drain.total = drain.left.size();
  drain.begun = io_.update_now();
  drain.over = over;
  drain.done = std::move(done);
  drain_ = std::move(drain);
  drain_some(drain_->begun);
}

/// Closes as many as should be closed by `now`, so that they don't all come back to the next server at once.
void CompatHub::drain_some(core::TimePoint now) {
  const std::chrono::duration<double> passed = now - drain_->begun;
  const std::chrono::duration<double> over = drain_->over;
  const double share = over.count() > 0 ? std::min(1.0, passed / over) : 1.0;
  const auto due = static_cast<std::size_t>(static_cast<double>(drain_->total) * share) + 1;
  while (!drain_->left.empty() && drain_->total - drain_->left.size() < due) {
    const auto client = drain_->left.back().lock();
    drain_->left.pop_back();
    if (client) client->dismiss(net::close_code::kServiceRestart, "Server restarts");
  }
  if (!drain_->left.empty()) return;
  if (!drain_->all_told) drain_->all_told = now;
  const bool over_now = clients_.empty() || now - *drain_->all_told >= kLastAnswers;
  if (over_now && drain_->done) std::exchange(drain_->done, nullptr)();
}

}  // namespace grtc::signalling
