#pragma once
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "core/shared_frame.hpp"
#include "core/time.hpp"

namespace grtc::core {

/// A number of places that several threads take from and give back to: the letters of one sender that wait, the holders
/// of one group. Any thread; exact, without a lock.
class Places {
 public:
  explicit Places(std::size_t all) noexcept : all_(all) {}
  [[nodiscard]] bool take() noexcept {
    if (taken_.fetch_add(1, std::memory_order_relaxed) < all_) return true;
    give_back();
    return false;
  }
  void give_back() noexcept { taken_.fetch_sub(1, std::memory_order_relaxed); }
  [[nodiscard]] std::size_t taken() const noexcept { return taken_.load(std::memory_order_relaxed); }

 private:
  const std::size_t all_;
  std::atomic<std::size_t> taken_{0};
};

/// A message from one address to another. An address is a group, a `/` and a name; neither holds another `/`.
struct Letter {
  std::string from;
  std::string to;
  SharedFrame frame;                       ///< the only reference to it: letters go from thread to thread
  bool may_wait = false;                   ///< kept for a while when nobody holds the address
  std::shared_ptr<Places> sender_letters;  ///< bounds what waits of this sender; null: not bounded
};

/// Why a connection does not, or no longer, hold an address.
enum class Dismissal : std::uint8_t {
  taken,     ///< another holds it, and has given a sign of life
  replaced,  ///< the same client came by another connection
  silent,    ///< another client wanted it, and this holder gave no sign of life
  full,      ///< its group has no place
  removed,   ///< an administrator did it
};

/// A connection as the mailroom sees it. It takes note and acts later: it must not call the mailroom from in here.
/// Thread: the mailroom's.
class MailOutlet {
 public:
  MailOutlet() = default;
  MailOutlet(const MailOutlet&) = delete;
  MailOutlet& operator=(const MailOutlet&) = delete;

  /// False: it can't keep up. It holds the address no longer, and is not told so again.
  /// @param from  of a letter that may wait, should the connection prove broken; empty: it may not
  [[nodiscard]] virtual bool take(const SharedFrame& frame, std::string_view from) = 0;
  /// Someone else wants the address: answer with Mailroom::alive() if the client is there.
  virtual void probe() = 0;
  /// It holds the address now; what waited there follows.
  virtual void admitted() = 0;
  virtual void dismissed(Dismissal why) = 0;

 protected:
  ~MailOutlet() = default;
};

struct MailLimits {
  std::chrono::milliseconds wait{};          ///< how long a letter waits for somebody to hold its address
  std::chrono::milliseconds probe_window{};  ///< how long the holder of a wanted address may take to answer
  std::size_t letters = 0;                   ///< that wait at one address
  std::size_t bytes = 0;                     ///< of these
  std::size_t addresses = 0;                 ///< where letters wait
};

/// What a connection shows to hold an address.
struct MailClaim {
  std::string address;
  std::string token;          ///< who shows the holder's is the same client
  Places* holders = nullptr;  ///< of its group; outlives the mailroom
  MailOutlet* outlet = nullptr;
};

/// A letter that waits, for the next start.
struct SavedLetter {
  std::string from;
  std::string to;
  std::string frame;
  std::chrono::milliseconds waited{};
};

/// Addresses, the connections that hold them, and the letters that wait for one to be held. The addresses that are
/// handled here are those that live on this thread; a letter for another one is somebody else's to carry.
/// No I/O and no clock: time is passed in. Thread: one.
class Mailroom {
 public:
  /// Told of a letter that nobody took in time: once for each pair of addresses and sweep.
  using Undelivered = std::function<void(const std::string& from, const std::string& to)>;

  /// @param undelivered  may call deliver(), nothing else
  Mailroom(const MailLimits& limits, Undelivered undelivered) : limits_(limits), undelivered_(std::move(undelivered)) {}

  /// The outlet hears admitted() or dismissed(), now or within the probe window.
  void claim(MailClaim claim, TimePoint now);
  /// The connection has gone, whether it held the address or waited for it. Harmless if it did neither.
  void leave(const std::string& address, const MailOutlet& outlet, TimePoint now);
  /// The holder gave a sign of life: those who want its address are refused.
  void alive(const std::string& address);
  /// Asks the holder for a sign of life, if there is one.
  void probe(const std::string& address);
  /// The address lives elsewhere from now on: dismisses its holder and gives away what waits, in order.
  [[nodiscard]] std::vector<SavedLetter> release(const std::string& address, Dismissal why, TimePoint now);
  /// Dismisses the holder. False: nobody holds the address.
  bool remove(const std::string& address, TimePoint now);

  enum class Delivery : std::uint8_t {
    taken,    ///< by the holder
    waits,    ///< for one
    refused,  ///< it would have to wait, and may not or a bound is reached
  };
  Delivery deliver(Letter letter, TimePoint now);

  /// Decides the claims whose probe was not answered, and gives up letters that waited too long. Call it every 100 ms.
  void expire(TimePoint now);

  /// The addresses that are held.
  template <class Visit>
  void each_held(Visit&& visit) const {
    for (const auto& [address, box] : boxes_) {
      if (box->holder != nullptr) visit(address);
    }
  }
  [[nodiscard]] bool is_held(std::string_view address) const;
  /// Of the holder's claim; empty: nobody holds it.
  [[nodiscard]] std::string_view holder_token(std::string_view address) const;
  /// Somebody holds it or letters wait there.
  [[nodiscard]] bool is_open(std::string_view address) const { return find(address) != nullptr; }
  /// Addresses where letters wait.
  [[nodiscard]] std::size_t waiting_addresses() const noexcept { return waiting_.size(); }

  [[nodiscard]] std::vector<SavedLetter> save(TimePoint now) const;
  void restore(SavedLetter letter, TimePoint now);

 private:
  struct Waiting {
    std::string from;
    SharedFrame frame;
    std::shared_ptr<Places> sender_letters;
    TimePoint since;
  };
  struct Box {
    std::string address;
    std::string token;
    MailOutlet* holder = nullptr;
    Places* holders = nullptr;  ///< where the holder has a place
    std::deque<Waiting> letters;
    std::size_t bytes = 0;
  };
  /// A claim that waits for the holder's answer.
  struct Contest {
    MailClaim claim;
    TimePoint until;
  };

  [[nodiscard]] Box* find(std::string_view address) const;
  Box& open(const std::string& address);
  void admit(Box& box, const MailClaim& claim, TimePoint now);
  void vacate(Box& box);
  void settle(Box& box, TimePoint now);
  [[nodiscard]] bool admit_next(const std::string& address, TimePoint now);
  void refuse_contests(const std::string& address);
  void decide_contests(TimePoint now);
  void sweep(TimePoint now);
  [[nodiscard]] Waiting take_oldest(Box& box);
  Delivery keep(Letter letter, TimePoint now);

  const MailLimits& limits_;
  Undelivered undelivered_;
  std::unordered_map<std::string_view, std::unique_ptr<Box>> boxes_;  ///< keys point into the boxes
  std::unordered_set<Box*> waiting_;                                  ///< those with letters
  std::vector<Contest> contests_;
  TimePoint swept_{};
};

}  // namespace grtc::core
