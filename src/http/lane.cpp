#include "http/lane.hpp"

#include <random>

#include "http/connection.hpp"

namespace grtc::http {
namespace {

/// Addresses that REQUEST_RATE remembers: about 16 MiB at most, and only when the limit is on.
constexpr std::size_t kMaxLimitedAddresses = 100'000;
/// For the first request of a connection that was made just before the end.
constexpr std::chrono::milliseconds kFirstWords{500};

std::uint64_t random_bits() {
  std::random_device device;
  return (std::uint64_t{device()} << 32U) | device();
}

}  // namespace

Site::Site(Options with, std::shared_ptr<const Router> routes)
    : options(std::move(with)), router(std::move(routes)), limiter(options.request_rate, kMaxLimitedAddresses) {}

Lane::Lane(net::IoThread& thread, std::shared_ptr<Site> shared)
    : io(thread), site(std::move(shared)), id_prefix_(random_bits()) {}

std::chrono::milliseconds Lane::allowed(Wait why) const noexcept {
  const Deadlines& deadlines = site->options.deadlines;
  switch (why) {
    case Wait::idle:
      return deadlines.idle;
    case Wait::head:
      return deadlines.head;
    case Wait::body:
      return deadlines.body;
    case Wait::write:
      return deadlines.write;
    case Wait::linger:
      return deadlines.linger;
    default:
      return {};
  }
}

void Lane::wait(Connection& connection, Wait why) {
  Waiting& waiting = connection;
  if (waiting.is_linked()) waiting.unlink();
  waiting.deadline = io.now() + allowed(why);
  waiting.why = why;
  lists_[static_cast<std::size_t>(why)].push_back(waiting);
}

void Lane::expire(core::TimePoint now) {
  for (const Wait why : {Wait::idle, Wait::head, Wait::body, Wait::write, Wait::linger}) {
    List& list = lists_[static_cast<std::size_t>(why)];
    while (!list.empty() && list.front().deadline <= now) {
      const auto connection = static_cast<Connection&>(list.front()).shared_from_this();
      connection->unlink();  // whatever expiry does: it is not looked at again in this round
      connection->expire(why);
    }
  }
  if (hears_newcomers() && newcomers_until_ <= now) {
    newcomers_until_ = {};
    drain_those({Wait::idle});
  }
}

void Lane::drain() {
  announce_drain();
  drained_ = true;
  newcomers_until_ = io.now() + kFirstWords;
  drain_those({Wait::idle, Wait::stream, Wait::write});
}

void Lane::drain_those(std::initializer_list<Wait> whys) {
  for (const Wait why : whys) {
    std::vector<std::shared_ptr<Connection>> all;  // draining unlinks: the list can't be walked meanwhile
    for (Waiting& waiting : lists_[static_cast<std::size_t>(why)]) {
      all.push_back(static_cast<Connection&>(waiting).shared_from_this());
    }
    for (const auto& connection : all) connection->drain();
  }
}

void Lane::flush_later(std::shared_ptr<Connection> connection) {
  to_flush_.push_back(std::move(connection));
  if (to_flush_.size() > 1) return;
  io.at_end_of_turn([lane = shared_from_this()] {
    const auto all = std::exchange(lane->to_flush_, {});
    for (const auto& each : all) each->flush_now();
  });
}

std::string Lane::next_request_id() {
  static constexpr std::string_view kHex = "0123456789abcdef";
  // Unique by the counter; mixed, so that ids of one second differ in more than their last digit when one reads a log.
  std::uint64_t bits = (id_prefix_ + ++ids_) * 0x9E3779B97F4A7C15ULL;
  bits ^= bits >> 32U;
  std::string id(16, '0');
  for (char& digit : id) {
    digit = kHex[bits & 0xFU];
    bits >>= 4U;
  }
  return id;
}

std::string_view Lane::date_text() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return date_.at(std::chrono::duration_cast<std::chrono::seconds>(now).count());
}

}  // namespace grtc::http
