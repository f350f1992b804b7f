#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/seq_text.hpp"
#include "core/session.hpp"
#include "core/time.hpp"

namespace grtc::core {

class SharedRoom;

/// Something that a replica wants to have happened in a shared room. Carried out once or not at all, in the order of
/// `number`, however often it is sent; then it stands as a fact in the room's log.
struct Operation {
  enum class Kind : std::uint8_t { join, relay, update, detach, leave, expire, lose, restore };

  /// What a join needs besides.
  struct Entry {
    std::string token;
    FineWallTime came;       ///< the connection
    std::string claim;       ///< the token that the client showed; empty: none
    bool from_start = true;  ///< it saw no event
    Position seen;
    bool any_peer = false;  ///< the client named no peer id: the claimed token says which
    std::string evict;      ///< the attachment whose holder did not answer a probe; empty: nobody is to be evicted
    std::string replaced_fact;
  };

  /// What the room knows of the peer from then on; of a join, restore, update or detach.
  struct About {
    std::string name;
    std::string meta;
    WallTime joined_at;
  };

  std::uint64_t number = 0;
  std::uint64_t restore = 0;  ///< of a restore, which may come before what was numbered earlier: its own number
  Kind kind = Kind::relay;
  std::string peer;        ///< of `lose`: the origin that has gone; empty: an administrator
  std::string attachment;  ///< with which the peer must be attached; empty: whatever it is
  std::uint64_t id = 0;    ///< the client's, to be remembered as taken; 0: none
  std::string to;          ///< of a message: names, as in its fact
  std::string fact;
  // Apart, as messages have none of it, and are many.
  std::unique_ptr<About> about;
  std::unique_ptr<Entry> entry;

  // How far it has come.
  bool sent = false;
  bool answered = false;
  Seq position = 0;                 ///< of its fact; 0: there is none
  std::vector<std::string> absent;  ///< receivers that the log does not know

  [[nodiscard]] static std::size_t bytes_of(std::size_t fact_size) noexcept { return 200 + fact_size; }
  [[nodiscard]] std::size_t bytes() const noexcept {
    return bytes_of(fact.size()) + (about ? about->name.size() + about->meta.size() : 0);
  }
};

using LogEntry = std::pair<Seq, std::string>;

struct Answer {
  enum class Outcome : std::uint8_t {
    done,
    joined,
    resumed,
    held,       ///< another connection has the peer id: `attachment`
    full,       ///< no room for one more
    banned,     ///< an administrator removed this client
    absent,     ///< there is no such session (any more)
    moved,      ///< the session is attached elsewhere
    forgotten,  ///< the room has another memory than it was meant for; nothing was done
    nothing,    ///< it needed not be done, or was done before
    failed,     ///< `sentence` says why; nothing was done
  };
  Outcome outcome = Outcome::nothing;
  Seq position = 0;
  std::string attachment;
  std::vector<std::string> absent;  ///< receivers that are not there
  std::string sentence;
  std::string peer_id;     ///< of a join or resume
  std::string generation;  ///< of the room's memory, as in Snapshot; of a join, resume or restore
  std::uint64_t received = 0;
  std::vector<LogEntry> missed;  ///< all that happened in the room after what the client saw
};

/// What a room is at a position of its log.
struct Snapshot {
  struct Peer {
    std::string peer_id;
    std::string name;
    std::string meta;
    std::string attachment;  ///< empty: not connected
    WallTime joined_at;
  };
  Seq position = 0;
  std::string generation;  ///< another one: the room's memory was lost in between
  std::vector<Peer> peers;
};

/// What happened in a room after a position of its log.
struct LogPart {
  std::vector<LogEntry> entries;
  bool complete = true;          ///< nothing after that position is missing from `entries`
  std::optional<Snapshot> room;  ///< after them: where the log has another memory than was known, or has lost its end
};

/// The log that all replicas of a room read and write. Answers come back as calls of the room, later. Thread: the
/// room's.
class RoomJournal {
 public:
  RoomJournal() = default;
  RoomJournal(const RoomJournal&) = delete;
  RoomJournal& operator=(const RoomJournal&) = delete;

  /// In the memory that the room knows of (SharedRoom::generation()). SharedRoom::answered(), unless the log is lost
  /// from sight before: then the room asks again when it is back.
  virtual void carry_out(SharedRoom& room, const Operation& operation) = 0;
  /// What was not handed to the log yet is not: the room asks for all of it again.
  virtual void hold_back(SharedRoom& room) = 0;
  /// SharedRoom::opened().
  virtual void read_all(SharedRoom& room) = 0;
  /// SharedRoom::caught_up() with what happened after `after`. What is told from then on has later positions.
  virtual void read_after(SharedRoom& room, Seq after) = 0;
  /// The session is attached here now: whoever has its token may be told whose it is.
  virtual void attached(SharedRoom& room, const Session& session) = 0;
  /// SharedRoom::overheard() on all replicas that have the room open; may get lost, and leaves no trace.
  virtual void whisper(SharedRoom& room, std::string_view text) = 0;

 protected:
  ~RoomJournal() = default;
};

}  // namespace grtc::core
