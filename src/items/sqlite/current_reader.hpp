#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "core/problem.hpp"
#include "items/sqlite/item_reader.hpp"
#include "items/sqlite/store_state.hpp"

namespace grtc::items::sqlite {

/// One thread's reader, opened at its first use and again when the file was replaced.
class CurrentReader {
 public:
  CurrentReader(const std::string& path, const StoreState& state, std::chrono::milliseconds busy_timeout)
      : path_(path), state_(state), busy_timeout_(busy_timeout) {}

  [[nodiscard]] core::Result<ItemReader*> get() {
    const std::uint64_t generation = state_.generation.load(std::memory_order_acquire);
    if (reader_ && generation == generation_) return reader_.get();
    reader_.reset();
    core::Result<std::unique_ptr<ItemReader>> opened = ItemReader::open(path_, busy_timeout_);
    if (!opened) return std::move(opened).error();
    reader_ = std::move(*opened);
    generation_ = generation;
    return reader_.get();
  }

 private:
  const std::string& path_;
  const StoreState& state_;
  const std::chrono::milliseconds busy_timeout_;
  std::unique_ptr<ItemReader> reader_;
  std::uint64_t generation_ = 0;
};

}  // namespace grtc::items::sqlite
