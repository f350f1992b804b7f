#pragma once
#include <cstdint>
#include <string>
#include <utility>

#include "core/event_log.hpp"
#include "core/outlet.hpp"
#include "core/time.hpp"

namespace grtc::core {

/// One peer's stay in a room, which outlives its connections: who it is, what it has sent, what it may still
/// have to be told. Attached to at most one connection. Thread: the room's own.
class Session {
 public:
  Session(std::string peer_id, std::string name, std::string token, WallTime joined_at, EventLog log)
      : peer_id_(std::move(peer_id)),
        name_(std::move(name)),
        token_(std::move(token)),
        joined_at_(joined_at),
        log_(std::move(log)) {}

  [[nodiscard]] const std::string& peer_id() const noexcept { return peer_id_; }
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  /// JSON text, up to 4 KiB, as the client sent it; `{}` at first.
  [[nodiscard]] const std::string& meta() const noexcept { return meta_; }
  /// The secret that lets a client come back to this session.
  [[nodiscard]] const std::string& token() const noexcept { return token_; }
  [[nodiscard]] WallTime joined_at() const noexcept { return joined_at_; }
  [[nodiscard]] bool connected() const noexcept { return outlet_ != nullptr || elsewhere_; }
  [[nodiscard]] EventLog& log() noexcept { return log_; }
  [[nodiscard]] const EventLog& log() const noexcept { return log_; }

  /// The highest client `id` taken; 0 at first.
  [[nodiscard]] std::uint64_t received() const noexcept { return received_; }
  /// False: a message with this or a higher id was taken already, so this one is a repetition.
  [[nodiscard]] bool take_id(std::uint64_t id) noexcept {
    if (id <= received_) return false;
    received_ = id;
    return true;
  }

 private:
  friend class Room;        // attaches, detaches, renames
  friend class SharedRoom;  // the same

  std::string peer_id_;
  std::string name_;
  std::string meta_ = "{}";
  std::string token_;
  WallTime joined_at_;
  std::uint64_t received_ = 0;
  EventLog log_;
  Outlet* outlet_ = nullptr;
  std::size_t slot_ = 0;        ///< its place in the room's list
  TimePoint detached_until_{};  ///< when a detached session ends
  bool elsewhere_ = false;      ///< connected as all replicas know it, whichever it is on
  bool overflowed_ = false;     ///< its log refused an event; settled after the loop over all sessions
};

}  // namespace grtc::core
