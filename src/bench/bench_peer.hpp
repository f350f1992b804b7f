#pragma once
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>

#include "bench/dialect.hpp"
#include "bench/wire.hpp"
#include "net/timer.hpp"

namespace grtc::bench {

class Load;

/// One client of a load: joins, sends what it is told to, comes back after a cut, gives its seat to the next stay.
/// Thread: its load's.
class BenchPeer final : public WireEnd {
 public:
  BenchPeer(Load& load, std::uint32_t seat);
  ~BenchPeer();

  void join();
  /// Leaves; another stay takes the seat a little later.
  void churn();
  /// Its connection breaks; it comes back a little later, as the same where the dialect lets it.
  void cut();
  void send(const Note& note, const Seat& to);

  [[nodiscard]] bool joined() const noexcept { return state_ == State::joined; }
  /// It takes part, perhaps without a connection just now.
  [[nodiscard]] bool takes_part() const noexcept { return state_ == State::joined || state_ == State::away; }
  [[nodiscard]] Stay stay() const noexcept { return stay_; }
  [[nodiscard]] const Seat& who() const noexcept { return who_; }

  // WireEnd
  void on_open() override;
  void on_text(std::string_view message) override;
  void on_end(std::string_view why) override;

 private:
  enum class State : std::uint8_t { out, joining, joined, away };
  struct Kept {
    std::uint64_t id;
    std::string text;
    bool written;
  };

  void next_stay();
  void come_back();
  void admitted(const Heard& heard);

  Load& load_;
  Stay stay_;
  Seat who_;
  State state_ = State::out;
  std::shared_ptr<Wire> wire_;
  std::string session_;
  std::string seq_;
  std::uint64_t last_id_ = 0;
  std::deque<Kept> kept_;  ///< what may have to be sent (again) on the next connection
  bool was_joined_ = false;
  net::Timer again_;  ///< when it comes back
};

}  // namespace grtc::bench
