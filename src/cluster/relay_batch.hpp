#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/room_journal.hpp"

namespace grtc::cluster {

/// What separates facts that are told together; JSON and names can't hold it.
inline constexpr char kFactsMark = '\x1d';

/// What one room was told in one turn of the loop: it goes to Redis in one call.
class RelayBatch {
 public:
  [[nodiscard]] bool is_empty() const noexcept { return count_ == 0; }
  /// Whether it follows what is here, and there is place for it.
  [[nodiscard]] bool takes(const core::Operation& relay) const noexcept;
  void add(const core::Operation& relay);

  /// The arguments of scripts::kRelay. @param receivers  each one's id
  static void append(std::vector<std::string>& arguments, std::string_view peer, std::string_view attachment,
                     std::uint64_t id, std::string_view fact, const std::vector<std::string>& receivers);

  struct Call {
    std::vector<std::string> arguments;
    std::uint64_t first = 0;
    std::uint64_t last = 0;
  };
  /// It is empty afterwards.
  [[nodiscard]] Call take() noexcept;

 private:
  std::vector<std::string> arguments_;
  std::size_t bytes_ = 0;
  std::uint64_t first_ = 0;
  std::uint64_t count_ = 0;
};

/// Calls `hear` with each of the facts that were told together.
template <class Hear>
void each_fact(std::string_view told, Hear&& hear) {
  for (;;) {
    const std::size_t end = told.find(kFactsMark);
    hear(told.substr(0, end));
    if (end == std::string_view::npos) return;
    told.remove_prefix(end + 1);
  }
}

}  // namespace grtc::cluster
