#pragma once
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "core/room_journal.hpp"

namespace grtc::cluster {

/// What separates facts that are told together; JSON and names can't hold it.
inline constexpr char kFactsMark = '\x1d';

/// What one room was told in one turn of the loop: it goes to Redis in one call.
class RelayBatch {
 public:
  [[nodiscard]] std::size_t count() const noexcept { return count_; }
  [[nodiscard]] bool is_empty() const noexcept { return count_ == 0; }
  /// Whether it follows what is here, and there is place for it.
  [[nodiscard]] bool takes(const core::Operation& relay) const;
  /// @pre takes(relay)
  void add(const core::Operation& relay);

  struct Call {
    std::vector<std::string> arguments;  ///< of scripts::kRelay, from 5 on
    std::uint64_t first = 0;
    std::uint64_t last = 0;
  };
  /// It is empty afterwards.
  [[nodiscard]] Call take();

 private:
  struct Sender {
    std::string peer;
    std::string attachment;
    std::uint64_t id = 0;  ///< the client's number of the last one
  };

  [[nodiscard]] const Sender* find(std::string_view peer) const noexcept;
  [[nodiscard]] std::size_t names_in(const std::string& to) const noexcept;

  std::string facts_;
  std::vector<Sender> senders_;  ///< few, so they are looked through
  std::unordered_set<std::string> receivers_;
  std::string latest_to_;  ///< its names are among the receivers
  std::uint64_t first_ = 0;
  std::uint64_t count_ = 0;
};

[[nodiscard]] inline std::size_t count_facts(std::string_view told) {
  return 1 + static_cast<std::size_t>(std::count(told.begin(), told.end(), kFactsMark));
}

/// Calls `hear` with each of the facts that were told together and its place. @param first  the place of the first one
template <class Hear>
void each_fact(core::Seq first, std::string_view told, Hear&& hear) {
  for (core::Seq place = first;; ++place) {
    const std::size_t end = told.find(kFactsMark);
    hear(place, told.substr(0, end));
    if (end == std::string_view::npos) return;
    told.remove_prefix(end + 1);
  }
}

}  // namespace grtc::cluster
