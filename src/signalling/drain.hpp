#pragma once
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "core/time.hpp"
#include "net/ws_connection.hpp"

namespace grtc::signalling {

/// A hub's end: its connections are told one after the other over a time, so that they don't all come back to the next
/// server at once. Thread: the hub's.
class Drain {
 public:
  /// @param left  to be told, last first
  /// @param done  runs once, from proceed()
  Drain(std::vector<std::weak_ptr<net::WsConnection>> left, core::TimePoint begun, std::chrono::milliseconds over,
        std::function<void()> done);

  /// Tells as many as should be told by `now`. Done when nobody is open any more, or half a second after the last was
  /// told, which is what that one has for its side of the closing handshake.
  /// @param open  whether the hub has connections, asked after those that are due were told
  void proceed(core::TimePoint now, const std::function<void(net::WsConnection&)>& tell,
               const std::function<bool()>& open);

 private:
  std::vector<std::weak_ptr<net::WsConnection>> left_;
  std::size_t total_;
  core::TimePoint begun_;
  std::chrono::milliseconds over_;
  std::optional<core::TimePoint> all_told_;
  std::function<void()> done_;
};

}  // namespace grtc::signalling
