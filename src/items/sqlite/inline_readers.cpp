#include "items/sqlite/inline_readers.hpp"

#include <chrono>

namespace grtc::items::sqlite {

ItemReader* InlineReaders::of(core::Executor& on) {
  for (Place& place : places_) {
    core::Executor* owner = place.owner.load(std::memory_order_acquire);
    if (owner == nullptr && place.owner.compare_exchange_strong(owner, &on)) owner = &on;
    if (owner != &on) continue;
    // Never waits for a lock: what meets one is read by the pool.
    if (!place.reader) place.reader = std::make_unique<CurrentReader>(path_, state_, std::chrono::milliseconds(0));
    const core::Result<ItemReader*> reader = place.reader->get();
    return reader ? *reader : nullptr;
  }
  return nullptr;
}

}  // namespace grtc::items::sqlite
