#include "signalling/compat_hub.hpp"

#include <utility>

#include "signalling/compat_client.hpp"

namespace grtc::signalling {
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
  std::vector<std::weak_ptr<net::WsConnection>> left;
  for (CompatClient* client : clients_) left.push_back(client->weak_from_this());
  drain_.emplace(std::move(left), io_.update_now(), over, std::move(done));
  drain_some(io_.now());
}

void CompatHub::drain_some(core::TimePoint now) {
  drain_->proceed(
      now,
      [](net::WsConnection& connection) {
        static_cast<CompatClient&>(connection).dismiss(net::close_code::kServiceRestart, "Server restarts");
      },
      [this] { return !clients_.empty(); });
}

}  // namespace grtc::signalling
