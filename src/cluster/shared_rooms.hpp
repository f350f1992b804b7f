#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/counter.hpp"
#include "core/shared_room.hpp"
#include "ops/fixed_histogram.hpp"
#include "redis/client.hpp"
#include "signalling/grtc_frames.hpp"
#include "signalling/room_keeper.hpp"

namespace grtc::cluster {

struct ClusterOptions {
  redis::Target target;
  redis::ClientOptions client;
  core::RoomLimits limits;
  std::string instance;                            ///< this replica's name in welcomes and logs
  std::function<void(const std::string&)> report;  ///< what an operator should read; any I/O thread
  std::chrono::seconds heartbeat{};  ///< HEARTBEAT_S: bounds how long a client may have been gone unnoticed
};

/// What the metrics show of a replica's part in the shared rooms; written by one thread, read by any.
struct ClusterCounters {
  core::Counter published;  ///< operations that were carried out
  core::Counter received;   ///< facts that were heard
  core::Counter held;       ///< operations that wait for Redis now
  core::Counter refused;    ///< operations that Redis refused
  core::Counter lost_replicas;
  core::Counter disconnects;
  core::Counter reachable;  ///< 1 or 0
};

/// grtc.v1's frames, also of what the log of a shared room says.
class SharedFrames final : public core::SharedEncoder {
 public:
  [[nodiscard]] core::SharedFrame joined(const core::Session& who, const core::SeqText& seq) const override;
  [[nodiscard]] core::SharedFrame updated(const core::Session& who, const core::SeqText& seq) const override;
  [[nodiscard]] core::SharedFrame left(const core::Session& who, core::LeaveReason reason,
                                       const core::SeqText& seq) const override;
  [[nodiscard]] core::SharedFrame message(std::string_view from, const core::SeqText& seq,
                                          std::string_view members) const override;
  [[nodiscard]] core::SharedFrame told(std::string_view text, const core::SeqText& seq) const override;
  [[nodiscard]] std::string complaint(core::Code code, std::string_view sentence, std::uint64_t ref,
                                      std::string_view to) const override;

 private:
  signalling::GrtcEncoder frames_;
  // Of the latest message: the next one is often from the same peer.
  mutable std::string sender_;
  mutable std::string stamp_{signalling::kNoSender};
};

/// One I/O thread's rooms that are shared through Redis: opens a room when somebody here is in it, hears its channel,
/// carries its operations out, keeps this replica known as alive and finds out which others are not. Thread: its
/// loop's.
class SharedRooms final : public signalling::RoomKeeper {
 public:
  SharedRooms(net::IoThread& io, const ClusterOptions& options);
  ~SharedRooms() override;

  // signalling::RoomKeeper
  [[nodiscard]] std::shared_ptr<signalling::GrtcClient> make_client(signalling::GrtcHub& hub, net::RawSocket socket,
                                                                    std::optional<core::WallTime> proof_expires,
                                                                    std::shared_ptr<void> ticket) override;
  void join(signalling::GrtcClient& client, const std::string& room, core::JoinRequest request) override;
  void tick(core::TimePoint now) override;
  [[nodiscard]] bool is_busy() const override;
  [[nodiscard]] std::size_t rooms() const override { return places_.size(); }
  [[nodiscard]] std::size_t peers() const override;

  // For administrators (shared_rooms_admin.cpp): wherever the peers are. Each `done` runs once, later; with nothing
  // when Redis can't be reached.
  /// Names of rooms; some may be empty by now.
  void names(std::function<void(std::optional<std::vector<std::string>>)> done);
  void look(const std::string& room, std::function<void(std::optional<core::Snapshot>)> done);
  void announce(const std::string& room, std::string_view members, std::span<const std::string_view> to,
                std::function<void(std::optional<core::Answer>)> done);
  void remove(const std::string& room, const std::string& peer_id,
              std::function<void(std::optional<core::Answer>)> done);
  /// Room and peer id of the session with this token.
  void owner(const std::string& token, std::function<void(std::optional<std::pair<std::string, std::string>>)> done);
  [[nodiscard]] net::IoThread& io() noexcept { return io_; }

  /// Any thread.
  [[nodiscard]] const ClusterCounters& counters() const noexcept { return counters_; }
  [[nodiscard]] const ops::FixedHistogram& round_trip() const noexcept { return round_trip_; }

 private:
  class Place;
  /// In front of what is said on a channel and stands in no log.
  static constexpr char kWhisper = '!';
  /// In front of the place of the last of several facts, which come as the next word.
  static constexpr char kTogether = '+';
  /// The same of facts that come on the channel of who says them (RoomKeys::voice_of()).
  static constexpr char kByVoice = '=';

  // What a place's room wants of its log (core::RoomJournal).
  void carry_out(Place& place, const core::Operation& operation);
  void read_all(Place& place);
  void read_after(Place& place, core::Seq after);
  void attached(Place& place, const core::Session& session);
  void whisper(Place& place, std::string_view text);

  Place& open(const std::string& room);
  void eval(Place& place, const redis::Script& script, std::uint64_t number, std::vector<std::string> arguments,
            std::function<void(Place&, const redis::Reply&)> on_reply);
  void gather(Place& place, const core::Operation& relay);
  void hand_over(Place& place);
  void hear_each(Place& place, const redis::Reply& reply, std::uint64_t first, std::uint64_t last);
  void on_state();
  void bring_back();
  void stay_alive();
  void look_for_the_lost();
  void witness(core::TimePoint now);
  void close_idle();
  void enlist(const Place& place);
  [[nodiscard]] std::uint64_t next_admin_operation();
  void eval_unopened(const redis::Script& script, const std::string& room, std::vector<std::string> arguments,
                     std::uint64_t operation, redis::Client::OnReply on_reply);

  net::IoThread& io_;
  const ClusterOptions& options_;
  std::string origin_;
  core::SharedRoomOptions room_options_;
  SharedFrames frames_;
  ClusterCounters counters_;
  ops::FixedHistogram round_trip_{{0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0}};
  redis::Client client_;
  std::unordered_map<std::string, std::shared_ptr<Place>> places_;
  std::map<std::string, unsigned> silent_;  ///< how often in a row another replica was not there
  std::uint64_t highest_operation_ = 0;     ///< in rooms that are closed
  std::uint64_t admin_operation_ = 0;
  core::TimePoint next_second_{};
  core::TimePoint up_since_{};
  bool was_up_ = false;
  bool some_wait_ = false;  ///< rooms to be brought back
  std::string trouble_;     ///< the last one that was reported
};

}  // namespace grtc::cluster
