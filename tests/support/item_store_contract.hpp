#pragma once
#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include <gtest/gtest.h>

#include "core/time.hpp"
#include "items/item_store.hpp"
#include "support/item_calls.hpp"

namespace grtc::test {

/// A store with a clock that the test sets, over data of its own.
class StoreWorld {
 public:
  StoreWorld() = default;
  StoreWorld(const StoreWorld&) = delete;
  StoreWorld& operator=(const StoreWorld&) = delete;
  virtual ~StoreWorld() = default;

  virtual items::ItemStore& store() = 0;
  /// Closes the store, opens another one over the same data.
  virtual void reopen() = 0;

  core::WallTime now{std::chrono::milliseconds(1'700'000'000'000)};
};

struct StoreFactory {
  std::string name;
  std::function<std::unique_ptr<StoreWorld>()> make;
};
inline void PrintTo(const StoreFactory& factory, std::ostream* out) {
  *out << factory.name;
}

/// What every adapter of items::ItemStore has to do; each instantiates it with its own world.
class ItemStoreContract : public testing::TestWithParam<StoreFactory> {
 protected:
  std::shared_ptr<Loop> loop_ = std::make_shared<Loop>();
  std::unique_ptr<StoreWorld> world_ = GetParam().make();
  std::unique_ptr<ItemCalls> calls_ = std::make_unique<ItemCalls>(world_->store(), loop_);

  void reopen() {
    world_->reopen();
    calls_ = std::make_unique<ItemCalls>(world_->store(), loop_);
  }
  void advance(std::chrono::milliseconds by) { world_->now += by; }
};

}  // namespace grtc::test
