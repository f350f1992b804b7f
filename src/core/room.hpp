#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "core/event_encoder.hpp"
#include "core/session.hpp"

namespace grtc::core {

struct RoomLimits {
  std::size_t max_peers = 0;                  ///< MAX_PEERS_PER_ROOM
  LogBounds queue;                            ///< QUEUE_EVENTS, QUEUE_BYTES
  std::chrono::milliseconds resume_window{};  ///< RESUME_WINDOW_S
  std::chrono::milliseconds probe_window{};   ///< how long the holder of a wanted peer id may take to answer
};

/// What a client shows to come back to its session.
struct ResumeClaim {
  std::string token;
  std::optional<Position> seen;  ///< the last event it saw; nothing: none since its session began
  bool any_peer = false;         ///< the client named no peer id
};

struct JoinRequest {
  std::string peer_id;
  std::string name;
  std::string fresh_token;  ///< for the session, should a new one begin
  std::optional<ResumeClaim> resume;
  FineWallTime came;  ///< its connection. Of two that show one session's token, the later one has the session
  Outlet* outlet = nullptr;
};

struct Joined {
  Session* session;
  bool resumed;
};
/// The peer id is held by a connection that has been asked for a sign of life. The outlet hears admitted() or
/// dismissed() within the probe window.
struct Waiting {};
using JoinOutcome = std::variant<Joined, Waiting, Problem>;

/// What a restarted server needs to give a session back.
struct SavedSession {
  std::string peer_id;
  std::string name;
  std::string meta;
  std::string token;
  WallTime joined_at;
  std::uint64_t received = 0;
  Seq forgotten = 0;
  Seq last = 0;
  std::vector<std::pair<Seq, std::string>> events;  ///< encoded frames, oldest first
};
struct SavedRoom {
  std::string name;
  Seq seq = 0;
  std::vector<SavedSession> sessions;
};

/// The peers that can talk to each other, and the order in which they hear things. No I/O and no clock: time is
/// passed in, what is to be sent goes into the sessions' logs. Thread: the one that the room's name hashes to.
class Room {
 public:
  /// @param population  counts the sessions of all rooms that share it
  Room(std::string name, const RoomLimits& limits, const EventEncoder& encoder, std::size_t* population = nullptr);

  /// Lets a connection in: as its old session if the claim holds and no event since is missing, else as a new one.
  /// Everyone else hears `peer-joined`, or `peer-updated` when a dropped peer is back.
  /// @return the session; or Waiting; or room_full, peer_id_taken
  [[nodiscard]] JoinOutcome join(JoinRequest request, TimePoint now);
  /// A connection that waits for a decision has gone.
  void cancel_join(const Outlet& outlet);
  /// The session's client gave a sign of life: those who want its peer id are refused.
  void alive(const Session& session);

  /// The number for the next event. Whoever takes it sends that event before anything else happens.
  [[nodiscard]] Seq next_seq() noexcept { return ++seq_; }
  [[nodiscard]] Seq seq() const noexcept { return seq_; }

  /// Gives `frame` to every session but `from` (nullptr: to all). Order: all receivers see all broadcasts, joins and
  /// leaves in one same order. Cost: one reference a receiver; the bytes are not copied. A session whose log is full
  /// ends.
  /// @return how many sessions took it
  std::size_t broadcast(const Session* from, Seq seq, const SharedFrame& frame, TimePoint now);
  /// Gives `frame` to one session. False: its log was full; it has ended.
  bool send(Session& to, Seq seq, const SharedFrame& frame, TimePoint now);

  [[nodiscard]] Session* find(std::string_view peer_id) const;
  /// The peer id of the session with this token; empty when there is none. Cost: O(sessions).
  [[nodiscard]] std::string peer_of(std::string_view token) const;

  /// A new display name or presence; all others hear `peer-updated`.
  void update(Session& session, std::optional<std::string> name, std::optional<std::string> meta, TimePoint now);
  /// Ends the session at once; the others hear `peer-left`. Its outlet, if any, is not told.
  void leave(Session& session, LeaveReason reason, TimePoint now);
  /// Ends the session and dismisses its connection, if it has one.
  void remove(Session& session, LeaveReason reason, const Problem& why, TimePoint now);
  /// The connection broke: the session is kept for the resume window, the others hear `connected: false`.
  void detach(Session& session, TimePoint now);
  /// Ends the sessions whose resume window is over and decides the joins whose probe was not answered.
  void expire(TimePoint now);

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] const std::vector<std::unique_ptr<Session>>& sessions() const noexcept { return sessions_; }
  /// Nobody is in it and nobody waits: it can go.
  [[nodiscard]] bool empty() const noexcept { return sessions_.empty() && contests_.empty(); }
  /// expire() has something to do sooner or later.
  [[nodiscard]] bool has_deadlines() const noexcept { return detached_ > 0 || !contests_.empty(); }

  [[nodiscard]] SavedRoom save() const;
  /// Fills a new room; every session is detached, with a whole resume window from `now`.
  void restore(SavedRoom saved, TimePoint now);

 private:
  /// A newcomer that waits for the holder of its peer id.
  struct Contest {
    JoinRequest request;
    TimePoint until;
  };

  [[nodiscard]] Session* claimed(const JoinRequest& request) const;
  [[nodiscard]] JoinOutcome begin(JoinRequest request, TimePoint now);
  Session& admit(JoinRequest request, TimePoint now);
  void drop(Session& session, TimePoint now);
  Session& insert(std::unique_ptr<Session> session);
  std::unique_ptr<Session> erase(Session& session);
  bool give(Session& to, Seq seq, const SharedFrame& frame);
  void announce_update(const Session& who, TimePoint now);
  void settle_overflows(TimePoint now);
  void refuse_contests(std::string_view peer_id);
  void hasten_contests(std::string_view peer_id, TimePoint now);

  std::string name_;
  const RoomLimits& limits_;
  const EventEncoder& encoder_;
  std::size_t* population_;
  Seq seq_ = 0;
  std::vector<std::unique_ptr<Session>> sessions_;
  std::unordered_map<std::string_view, Session*> by_id_;  ///< keys point into the sessions
  std::vector<Contest> contests_;
  std::vector<Session*> overflowed_;
  std::size_t detached_ = 0;
  bool settling_ = false;
};

}  // namespace grtc::core
