#pragma once
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "core/room_registry.hpp"
#include "net/raw_socket.hpp"
#include "net/ws_loop.hpp"
#include "ops/fixed_histogram.hpp"
#include "signalling/drain.hpp"
#include "signalling/envelope.hpp"
#include "signalling/grtc_frames.hpp"
#include "signalling/room_keeper.hpp"

namespace grtc::signalling {

class GrtcClient;

/// What all hubs are told at start. Every value comes from the settings.
struct GrtcOptions {
  core::RoomLimits limits;
  std::size_t max_message_bytes = 0;  ///< MAX_MESSAGE_BYTES
  double message_rate = 0;            ///< MESSAGE_RATE, a second and peer; 0: off
  std::chrono::seconds heartbeat{};   ///< HEARTBEAT_S
  std::string version;
  std::string instance;
  /// The `ice_servers` array for a peer, as JSON; `proof_expires` bounds its credentials.
  std::function<std::string(std::string_view room, std::string_view peer_id,
                            std::optional<core::WallTime> proof_expires)>
      ice_servers;
};

/// A connection whose upgrade request was good, on its way to the thread of its room.
struct Arrival {
  net::RawSocket socket;
  core::FineWallTime came;
  std::string handshake;  ///< the 101 answer, to be sent in front of everything
  std::string early;      ///< bytes behind the request
  std::string room;
  std::string peer_id;  ///< empty: to be found by its session's token, or made
  std::string name;
  std::optional<core::ResumeClaim> resume;
  std::optional<core::WallTime> proof_expires;  ///< of the room token
  std::optional<core::Problem> refusal;         ///< it is only let in to be told this
  std::shared_ptr<void> ticket;                 ///< its place among the connections that are counted
};

struct GrtcCounters {
  core::Counter joins;
  core::Counter resumes;
  core::Counter failed_resumes;
  core::Counter overflows;
  core::Counter throttled;
  core::Counter errors;
};

/// The rooms that live on one I/O thread and the clients in them. Thread: that one, but for what says otherwise.
class GrtcHub {
 public:
  /// @param keeper  of rooms that are shared with other replicas; null: this hub keeps them alone
  GrtcHub(net::IoThread& io, const GrtcOptions& options, std::unique_ptr<RoomKeeper> keeper = nullptr);
  ~GrtcHub();

  /// Takes a connection in. Thread: the hub's.
  void arrive(Arrival arrival);

  [[nodiscard]] core::RoomRegistry& rooms() noexcept { return rooms_; }
  [[nodiscard]] net::IoThread& io() noexcept { return io_; }
  [[nodiscard]] net::WsLoop& loop() noexcept { return loop_; }
  [[nodiscard]] const GrtcOptions& options() const noexcept { return options_; }
  void count_error() noexcept { counters_.errors.add(); }
  void count_failed_resume() noexcept { counters_.failed_resumes.add(); }
  /// A message was read that is going to be relayed in this turn: for the latency.
  void relay_begins();
  /// Any thread may read the counters.
  [[nodiscard]] const GrtcCounters& counters() const noexcept { return counters_; }
  [[nodiscard]] const net::WsTraffic& traffic() const noexcept { return loop_.traffic(); }
  /// Seconds from reading a message to having written it. Any thread.
  [[nodiscard]] const ops::FixedHistogram& relay_latency() const noexcept { return relay_latency_; }
  /// Any thread: as of the latest tick.
  [[nodiscard]] std::uint64_t room_count() const noexcept { return room_gauge_.value(); }
  [[nodiscard]] std::uint64_t peer_count() const noexcept { return peer_gauge_.value(); }

  /// Closes all connections with 1012, spread evenly over `over`; `done` runs when the last one is closed, or half a
  /// second after it was told to.
  void drain(std::chrono::milliseconds over, std::function<void()> done);
  /// The rooms, for the next start. Nothing may be done with the hub afterwards but destroy it.
  [[nodiscard]] std::vector<core::SavedRoom> save() const;
  /// Takes back a room of an earlier run.
  void restore(core::SavedRoom room);

  /// Remembers for a while that an administrator removed the owner of this session token.
  void ban(std::string token);
  /// Room and peer id of the live session that `token` belongs to. Cost: O(sessions).
  [[nodiscard]] std::optional<std::pair<std::string, std::string>> find_session(std::string_view token) const;

 private:
  friend class GrtcClient;

  [[nodiscard]] std::shared_ptr<GrtcClient> make_client(Arrival& arrival);
  void tick(core::TimePoint now);
  void drain_some(core::TimePoint now);
  [[nodiscard]] bool is_banned(std::string_view token) const;
  void measure_relay();

  net::IoThread& io_;
  const GrtcOptions& options_;
  net::WsLoop loop_;
  GrtcEncoder encoder_;
  core::RoomRegistry rooms_;
  GrtcCounters counters_;
  core::Counter room_gauge_;
  core::Counter peer_gauge_;
  Envelope envelope_;  ///< reused for each message
  ops::FixedHistogram relay_latency_;
  core::TimePoint relay_begun_;
  std::uint32_t relayed_this_turn_ = 0;
  std::unordered_set<GrtcClient*> clients_;
  std::deque<std::pair<core::TimePoint, std::string>> banned_;
  std::optional<Drain> drain_;
  std::unique_ptr<RoomKeeper> keeper_;  ///< outlives the clients, see the destructor
};

}  // namespace grtc::signalling
