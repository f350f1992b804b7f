#pragma once
#include <algorithm>
#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/fact.hpp"
#include "core/room.hpp"
#include "core/room_journal.hpp"
#include "core/told_ahead.hpp"

namespace grtc::core {

/// An EventEncoder that also knows the frames of messages: in a shared room they come out of the log.
class SharedEncoder : public EventEncoder {
 public:
  /// @param from  empty: an administrator
  [[nodiscard]] virtual SharedFrame message(std::string_view from, const SeqText& seq,
                                            std::string_view members) const = 0;
  /// @param text  of complaint()
  [[nodiscard]] virtual SharedFrame told(std::string_view text, const SeqText& seq) const = 0;
  /// What a client is told of a fault it can go on after; its `seq` comes later.
  [[nodiscard]] virtual std::string complaint(Code code, std::string_view sentence, std::uint64_t ref,
                                              std::string_view to) const = 0;
};

struct SharedRoomOptions {
  RoomLimits limits;
  std::string origin;                        ///< this replica's name, at most SeqText::kMaxOrigin characters
  std::chrono::milliseconds patience{3000};  ///< how long a join may wait for the log
  LogBounds held{10'000, 8 * 1024 * 1024};   ///< operations that wait for the log
};

/// One replica's view of a room that several share. The truth is the room's log (RoomJournal): what clients here want
/// becomes an Operation; what the log says becomes events of the sessions that are attached here, in the log's order.
/// While the log can't be reached, clients here go on hearing each other: what they do is told to them at once, kept,
/// and written to the log afterwards. No I/O and no clock. Thread: its hub's.
class SharedRoom {
 public:
  /// @param floor  operations of this replica are numbered from here on: above all that it has used in any room
  SharedRoom(std::string name, const SharedRoomOptions& options, const SharedEncoder& encoder, RoomJournal& journal,
             std::uint64_t floor);

  // ---- what clients here want ----
  /// The outlet hears admitted() or dismissed(), later.
  void join(JoinRequest request, TimePoint now);
  void cancel_join(const Outlet& outlet);
  /// @param members  slices of them, one behind the other
  void relay(Session& from, std::span<const std::string_view> members, std::span<const std::string_view> to,
             std::uint64_t id);
  void update(Session& session, std::optional<std::string> name, std::optional<std::string> meta, std::uint64_t id);
  /// An event for the session alone.
  void tell(Session& session, std::string_view text, std::uint64_t id);
  void leave(Session& session);
  void detach(Session& session);
  void alive(const Session& session);
  /// The session's connection is going; whoever ended it knows why.
  void forsake(Session& session) noexcept { session.outlet_ = nullptr; }

  // ---- what the log says ----
  void opened(Snapshot snapshot, TimePoint now);
  void caught_up(const LogPart& part, TimePoint now);
  void apply(Seq position, std::string_view fact, TimePoint now);
  void answered(std::uint64_t number, Answer answer, TimePoint now);
  /// The same for messages in a row, all of them done and all their receivers there. @param place  the last one's
  void all_told(std::uint64_t first, std::uint64_t last, Seq place);
  /// What was told here, messages in a row, stands in the log now. @param place  the last one's
  void written(std::uint64_t first, std::uint64_t last, Seq place, TimePoint now);
  /// Something stands in the log that was not heard here: it is read.
  void missed();
  void overheard(std::string_view text, TimePoint now);
  /// The log can be written again: what was not answered is asked again.
  void reachable();
  /// It can't be: from now on clients here are told of each other without it.
  void unreachable(TimePoint now);
  /// From now on everything is heard, but what happened before it was not.
  void listening();
  /// Another replica has gone without a word.
  void lose(std::string_view origin);

  void tick(TimePoint now);

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] Session* find(std::string_view peer_id) const;
  [[nodiscard]] std::size_t size() const noexcept { return members_.size(); }
  template <class Visit>
  void each(Visit&& visit) const {
    for (const auto& [id, member] : members_) visit(*member.session);
  }
  template <class Visit>
  void each_attached(Visit&& visit) const {
    for (const auto& [id, member] : members_) {
      if (member.session->outlet_ != nullptr) visit(*member.session);
    }
  }
  /// Attached here, or about to be.
  [[nodiscard]] std::size_t local() const;
  [[nodiscard]] bool is_open() const noexcept { return phase_ == Phase::open; }
  /// Nothing here needs this view any more.
  [[nodiscard]] bool is_idle() const;
  /// Where the session starts from that was admitted last.
  [[nodiscard]] const SeqText& entrance() const noexcept { return entrance_; }
  /// Where a session that is told everything up to now stands.
  [[nodiscard]] SeqText position() const;
  [[nodiscard]] Seq last() const noexcept { return last_; }
  /// Of the memory that the log had when it was heard of last; empty: none, or not known yet.
  [[nodiscard]] const std::string& generation() const noexcept { return generation_; }
  /// Every local session with the last event that it was given, when the log is told to all: for the log's memory.
  [[nodiscard]] std::vector<std::pair<std::string, Seq>> witnessed() const;
  /// Replicas that peers are attached to, besides this one.
  [[nodiscard]] const std::map<std::string, std::size_t, std::less<>>& origins() const noexcept { return origins_; }
  [[nodiscard]] std::size_t held() const noexcept { return queue_.size(); }
  [[nodiscard]] std::uint64_t last_operation() const noexcept { return std::max(next_operation_, last_restore_); }

 private:
  enum class Phase : std::uint8_t { closed, opening, open, catching_up };

  struct Member {
    std::unique_ptr<Session> session;
    std::string attachment;
    TimePoint away_until{};                  ///< when it is not connected
    std::optional<TimePoint> missing_until;  ///< the log forgot it: its own replica has so long to say that it lives
    LogBounds missed;                        ///< how much it could not be given since it is away
    Seq given = 0;                           ///< position of the last event that it was given
    std::uint64_t entered_after = 0;         ///< operations up to this one were told here before it came
    /// What its client has asked for and the log does not say yet.
    struct Wanted {
      std::uint64_t operation = 0;
      std::string name;
      std::string meta;
    };
    std::optional<Wanted> wanted;
  };
  /// A connection that waits to be let in.
  struct Entering {
    JoinRequest request;
    std::string attachment;
    TimePoint until;
    std::optional<Answer> answer;
    Seq reached = 0;                 ///< position of its own fact, once that was heard
    std::vector<SharedFrame> since;  ///< for it, after that
    std::string holder;              ///< the attachment that was probed
    std::optional<TimePoint> probed_until;
  };

  using Members = std::unordered_map<std::string_view, Member>;

  // shared_room_queue.cpp, shared_room_recovery.cpp
  void submit(Operation operation);
  void submit_latest();
  [[nodiscard]] Operation* queued(std::uint64_t number);
  [[nodiscard]] bool has_place_for(std::size_t bytes) const;
  [[nodiscard]] bool concerns_nobody_here(const Operation& message) const;
  Operation& next(Operation& operation, Operation::Kind kind, std::string_view peer) const;
  [[nodiscard]] Operation make(Operation::Kind kind, Fact::Kind fact, std::string_view peer,
                               std::initializer_list<std::string_view> fields);
  [[nodiscard]] Operation make_about(Operation::Kind kind, Fact::Kind fact, const Member& member, std::string_view name,
                                     std::string_view meta);
  void drop_done();
  void complain(const Operation& said);
  void withdraw(std::string_view attachment);
  void refuse(Session& from, std::string_view sentence, std::uint64_t id);
  void tell_locally(const Operation& operation);
  void put_back(Member& member, std::string_view known_attachment = {});
  void part_from_all();
  void hear_what_waited(TimePoint now);
  void read_again();
  void ask_again();
  void heard_of(const std::string& generation);
  [[nodiscard]] std::uint64_t next_restore();
  void reconcile(const Snapshot& snapshot, TimePoint now);
  void expire_away(TimePoint now);
  // shared_room_entering.cpp
  void ask_to_enter(Entering& entering);
  void answered_entering(Answer answer, std::string_view attachment, TimePoint now);
  void arrived(std::string_view attachment, Seq position);
  void enter(std::string_view attachment);
  /// @return whether it is not more than a session may wait for
  [[nodiscard]] bool replay(EventLog& log, const Entering& entering);
  [[nodiscard]] SeqText entrance_of(const Entering& entering) const;
  [[nodiscard]] Entering* entering(std::string_view attachment);
  void dismiss_entering(std::string_view attachment, const Problem& why);
  void wait_for_the_log(TimePoint now);
  // shared_room_facts.cpp
  void effect(const Fact& fact, Seq position, TimePoint now);
  [[nodiscard]] SharedFrame frame_of(const Fact& fact, const SeqText& seq) const;
  void change_members(const Fact& fact, TimePoint now);
  void join_member(const Fact& fact);
  void end_member(const Fact& fact);
  /// @param told_as  everyone was told already, ahead of the log, who was here before this operation; 0: nobody was
  void hand_out(const Fact& fact, Seq position, std::uint64_t told_as = 0);
  [[nodiscard]] std::uint64_t told_before(const Fact& fact);
  [[nodiscard]] bool heard_before(const Fact& fact);
  void note_missed(Member& member, const SharedFrame& frame);
  void give(Member& member, const SharedFrame& frame, Seq position);
  Member& insert(std::string_view peer_id, std::string_view name, WallTime joined_at, std::string_view attachment);
  void set_attachment(Member& member, std::string_view attachment);
  void erase(Members::iterator at);
  void settle_overflows();

  std::string name_;
  const SharedRoomOptions& options_;
  const SharedEncoder& encoder_;
  RoomJournal& journal_;
  Phase phase_ = Phase::closed;
  bool reachable_ = true;
  bool was_opened_ = false;
  Members members_;
  std::map<std::string, std::size_t, std::less<>> origins_;
  std::vector<std::unique_ptr<Entering>> entering_;
  std::deque<Operation> queue_;  ///< not yet seen in the log, oldest first, numbers without a gap
  std::size_t queue_bytes_ = 0;
  std::uint64_t next_operation_;  ///< the newest number given out
  std::uint64_t last_restore_;    ///< its number
  std::uint64_t told_;            ///< operations up to this one were told here ahead of the log
  std::uint64_t in_log_;          ///< of ours: the newest that was seen in the log
  ToldAhead told_ahead_;
  SeqText entrance_{0};
  Seq last_ = 0;
  Seq serial_ = 0;  ///< numbers the events in the sessions' queues
  std::string generation_;
  bool missed_some_ = false;
  bool listening_ = false;         ///< since the log can be reached
  bool forgotten_ = false;         ///< the log has another memory: nothing is asked of it until that is known
  std::vector<LogEntry> unheard_;  ///< heard before the room was open
  std::map<std::string, std::uint64_t, std::less<>> heard_;  ///< of other replicas: the newest message of each
  std::vector<std::string> overflowed_;
};

}  // namespace grtc::core
