#pragma once
#include <array>
#include <atomic>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

#include <boost/intrusive/list.hpp>

#include "core/time.hpp"
#include "http/options.hpp"
#include "http/rate_limiter.hpp"
#include "http/response_head.hpp"
#include "http/router.hpp"
#include "net/io_thread.hpp"

namespace grtc::http {

/// What the connections of all threads share. Immutable but for the atomics and the limiter.
struct Site {
  Site(Options with, std::shared_ptr<const Router> routes);

  const Options options;
  const std::shared_ptr<const Router> router;
  RateLimiter limiter;
  std::atomic<std::size_t> sockets{0};
};

class Connection;

/// What a connection waits for, and so which of its lane's lists it is in.
enum class Wait : std::uint8_t { idle, head, body, write, linger, reply, stream, count };

/// The connection's place in one of the lists, and when it is too late.
struct Waiting : boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
  core::TimePoint deadline;
  Wait why = Wait::idle;
};

/// What the connections of one I/O thread share. Thread: the loop's. Each list is in the order of its deadlines since
/// all in it wait equally long: so expiry looks at the front alone, and a connection needs no timer.
class Lane : public std::enable_shared_from_this<Lane> {
 public:
  Lane(net::IoThread& thread, std::shared_ptr<Site> shared);

  net::IoThread& io;
  const std::shared_ptr<Site> site;
  std::string spare;  ///< see WriteQueue

  /// Moves `connection` to the end of that list; Wait::reply and Wait::stream never expire.
  void wait(Connection& connection, Wait why);
  void expire(core::TimePoint now);
  /// Closes idle connections, ends streams; all further answers close their connection. Connections without a request
  /// so far have half a second for one: a proxy that has just made one sends at once, and can't ask again elsewhere.
  void drain();
  /// Doors and answers as in drain(); nothing is closed.
  void announce_drain() noexcept { draining_ = true; }
  [[nodiscard]] bool draining() const noexcept { return draining_; }
  [[nodiscard]] bool drained() const noexcept { return drained_; }
  /// Whether a connection that had no request yet may still send one, although all is drained.
  [[nodiscard]] bool hears_newcomers() const noexcept { return newcomers_until_ != core::TimePoint{}; }
  /// Any thread: the server is gone, nothing is answered any more.
  void stop() noexcept { stopped_ = true; }
  [[nodiscard]] bool stopped() const noexcept { return stopped_; }
  /// Has `connection` write what it queued, once, after the handlers that are ready now.
  void flush_later(std::shared_ptr<Connection> connection);
  [[nodiscard]] std::string next_request_id();
  /// The `Date` of an answer that leaves now.
  [[nodiscard]] std::string_view date_text();

 private:
  using List = boost::intrusive::list<Waiting, boost::intrusive::constant_time_size<false>>;
  [[nodiscard]] std::chrono::milliseconds allowed(Wait why) const noexcept;
  void drain_those(std::initializer_list<Wait> whys);

  std::array<List, static_cast<std::size_t>(Wait::count)> lists_;
  std::vector<std::shared_ptr<Connection>> to_flush_;
  DateText date_;
  std::uint64_t id_prefix_;
  std::uint64_t ids_ = 0;
  bool draining_ = false;
  bool drained_ = false;
  core::TimePoint newcomers_until_{};
  std::atomic<bool> stopped_{false};
};

}  // namespace grtc::http
