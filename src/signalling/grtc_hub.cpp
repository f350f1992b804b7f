#include "signalling/grtc_hub.hpp"

#include <algorithm>
#include <utility>

#include "signalling/local_client.hpp"
#include "signalling/random_id.hpp"

namespace grtc::signalling {
namespace {

/// How long, and for how many, a removed client's token is remembered, so that its library can't walk back in.
constexpr std::chrono::hours kBanTime{1};
constexpr std::size_t kMaxBans = 1024;

}  // namespace

GrtcHub::GrtcHub(net::IoThread& io, const GrtcOptions& options, std::unique_ptr<RoomKeeper> keeper)
    : io_(io),
      options_(options),
      loop_(io, options.heartbeat),
      rooms_(options.limits, encoder_),
      relay_latency_({0.00002, 0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5}),
      keeper_(std::move(keeper)) {
  loop_.after_flush = [this] { measure_relay(); };
  io_.every_tick([this](core::TimePoint now) { tick(now); });
}

GrtcHub::~GrtcHub() {
  for (GrtcClient* client : std::vector<GrtcClient*>(clients_.begin(), clients_.end())) client->abort();
}

void GrtcHub::arrive(Arrival arrival) {
  // This replica may have hung meanwhile: whoever gave up on it has the session on another one by now.
  if (keeper_ && arrival.socket.has_hung_up()) return;
  const auto client = make_client(arrival);
  client->start(arrival.handshake, std::move(arrival.early));
  if (!arrival.refusal && arrival.resume && is_banned(arrival.resume->token)) {
    arrival.refusal = core::Problem{core::Code::forbidden, "An administrator removed this client.", {}, 0};
  }
  if (!arrival.refusal && drain_) {
    arrival.refusal = core::Problem{core::Code::shutting_down, "The server restarts.", {}, 0};
  }
  if (arrival.refusal) return client->refuse(*arrival.refusal);

  core::JoinRequest request;
  const bool any_peer = arrival.peer_id.empty();
  request.peer_id = any_peer ? random_peer_id() : std::move(arrival.peer_id);
  request.name = std::move(arrival.name);
  request.fresh_token = random_session_token();
  request.resume = std::move(arrival.resume);
  request.came = arrival.came;
  if (request.resume) request.resume->any_peer = any_peer;
  if (keeper_) return keeper_->join(*client, arrival.room, std::move(request));
  core::Room& room = rooms_.open(arrival.room);
  static_cast<LocalClient&>(*client).join(room, std::move(request));  // made by make_client()
  rooms_.settle(room);
}

std::shared_ptr<GrtcClient> GrtcHub::make_client(Arrival& arrival) {
  if (keeper_) {
    return keeper_->make_client(*this, std::move(arrival.socket), arrival.proof_expires, std::move(arrival.ticket));
  }
  return std::make_shared<LocalClient>(*this, std::move(arrival.socket), arrival.proof_expires,
                                       std::move(arrival.ticket));
}

void GrtcHub::tick(core::TimePoint now) {
  rooms_.expire(now);
  if (keeper_) keeper_->tick(now);
  while (!banned_.empty() && banned_.front().first <= now) banned_.pop_front();
  if (drain_) drain_some(now);
  room_gauge_.set(keeper_ ? keeper_->rooms() : rooms_.size());
  peer_gauge_.set(keeper_ ? keeper_->peers() : rooms_.peers());
}

// ---- shutting down -------------------------------------------------------------------------------------------

void GrtcHub::drain(std::chrono::milliseconds over, std::function<void()> done) {
  std::vector<std::weak_ptr<net::WsConnection>> left;
  for (GrtcClient* client : clients_) left.push_back(client->weak_from_this());
  drain_.emplace(std::move(left), io_.update_now(), over, std::move(done));
  drain_some(io_.now());
}

void GrtcHub::drain_some(core::TimePoint now) {
  drain_->proceed(
      now, [](net::WsConnection& connection) { static_cast<GrtcClient&>(connection).drain(); },
      [this] { return !clients_.empty() || (keeper_ && keeper_->is_busy()); });
}

std::vector<core::SavedRoom> GrtcHub::save() const {
  std::vector<core::SavedRoom> saved;
  rooms_.each([&](const core::Room& room) { saved.push_back(room.save()); });
  return saved;
}

void GrtcHub::restore(core::SavedRoom saved) {
  core::Room& room = rooms_.open(saved.name);
  room.restore(std::move(saved), io_.update_now());
  rooms_.settle(room);
}

// ---- for administrators and the ICE endpoint -------------------------------------------------------------------

void GrtcHub::ban(std::string token) {
  if (banned_.size() == kMaxBans) banned_.pop_front();
  banned_.emplace_back(io_.now() + kBanTime, std::move(token));
}

bool GrtcHub::is_banned(std::string_view token) const {
  return std::any_of(banned_.begin(), banned_.end(), [&](const auto& ban) { return ban.second == token; });
}

std::optional<std::pair<std::string, std::string>> GrtcHub::find_session(std::string_view token) const {
  std::optional<std::pair<std::string, std::string>> found;
  rooms_.each([&](const core::Room& room) {
    const std::string peer_id = room.peer_of(token);
    if (!peer_id.empty()) found = {room.name(), peer_id};
  });
  return found;
}

// ---- measuring -----------------------------------------------------------------------------------------------

void GrtcHub::relay_begins() {
  if (relayed_this_turn_++ == 0) relay_begun_ = std::chrono::steady_clock::now();
}

/// From the first message that this turn read to the last byte that it wrote: what a message waited for at most.
void GrtcHub::measure_relay() {
  if (relayed_this_turn_ == 0) return;
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - relay_begun_;
  for (; relayed_this_turn_ > 0; --relayed_this_turn_) relay_latency_.observe_alone(took.count());
}

}  // namespace grtc::signalling
