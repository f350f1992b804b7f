#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "bench/checker.hpp"

namespace grtc::bench {

/// A measured message: whose it is, which of theirs, and when it should have left.
struct Note {
  Stay from;
  Stay to;
  std::uint64_t number = 0;
  std::uint64_t due_us = 0;  ///< since the run began
};

/// Who a peer is to the server.
struct Seat {
  std::string room;
  std::string name;  ///< peer id; of one stay
  std::string token;
};

/// What came in a frame.
struct Heard {
  bool joined = false;         ///< the server has let this connection, or the one of `name`, in
  std::string name;            ///< empty: this connection's
  bool resumed = false;        ///< and nothing was missed (where the dialect knows)
  std::string session;         ///< to come back with
  std::string seq;             ///< the place of this event; empty: it has none
  std::uint64_t received = 0;  ///< the highest id that the server took
  std::optional<Note> note;
  bool refused = false;
};

/// How a load generator speaks to one kind of server. Immutable.
class Dialect {
 public:
  Dialect() = default;
  Dialect(const Dialect&) = delete;
  Dialect& operator=(const Dialect&) = delete;
  virtual ~Dialect() = default;

  /// `grtc`, `peerjs` or `y-webrtc`; null: no such dialect.
  [[nodiscard]] static std::unique_ptr<Dialect> by_name(std::string_view name);

  /// The path to open, behind the URL's own. `session` and `seq`: to come back after a break, where that is possible.
  [[nodiscard]] virtual std::string path(const Seat& seat, const std::string& session,
                                         const std::string& seq) const = 0;
  /// The subprotocol to offer; empty: none.
  [[nodiscard]] virtual std::string_view subprotocol() const { return {}; }
  /// What a client says first; empty: nothing.
  [[nodiscard]] virtual std::string greeting(const Seat& seat) const = 0;
  /// @param id   grows with each message of a stay
  /// @param to   the receiver's name
  [[nodiscard]] virtual std::string message(const Note& note, const Seat& from, const Seat& to, std::uint64_t id,
                                            std::string_view padding) const = 0;
  [[nodiscard]] virtual Heard read(std::string_view text) const = 0;
  /// A client that lost its connection comes back as the same, and what was sent to it meanwhile reaches it.
  [[nodiscard]] virtual bool survives_cuts() const = 0;
  /// It tells what it has taken, so that a client can send the rest again.
  [[nodiscard]] virtual bool acknowledges() const { return false; }
};

/// `{"from":…}`, as a member value of a dialect's message.
[[nodiscard]] std::string note_json(const Note& note, std::string_view padding);
[[nodiscard]] std::optional<Note> read_note(std::string_view json);

}  // namespace grtc::bench
