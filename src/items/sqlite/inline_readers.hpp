#pragma once
#include <array>
#include <atomic>
#include <memory>
#include <string>

#include "core/executor.hpp"
#include "items/sqlite/current_reader.hpp"
#include "items/sqlite/store_state.hpp"

namespace grtc::items::sqlite {

/// A reader for each I/O thread, used on that thread for reads that take microseconds
/// (docs/adr/0003-point-reads-on-the-io-thread.md). Opened when a thread first asks.
class InlineReaders {
 public:
  InlineReaders(const std::string& path, const StoreState& state) : path_(path), state_(state) {}

  /// The reader of `on`, whose thread calls. Null: it can't be opened, or there are more threads than places.
  [[nodiscard]] ItemReader* of(core::Executor& on);

 private:
  /// More I/O threads than this read through the pool.
  static constexpr std::size_t kPlaces = 128;

  struct Place {
    std::atomic<core::Executor*> owner{nullptr};
    std::unique_ptr<CurrentReader> reader;  ///< its owner's thread alone
  };

  const std::string& path_;
  const StoreState& state_;
  std::array<Place, kPlaces> places_;
};

}  // namespace grtc::items::sqlite
