#pragma once
#include <cstddef>
#include <mutex>
#include <vector>

#include "items/answers.hpp"
#include "items/item_store.hpp"
#include "items/postgres/readers.hpp"

namespace grtc::items::postgres {

/// Reads single items, all that are asked for while others are under way by one statement: under load a read costs a
/// part of a round trip. get(): any thread. All else: the store's.
class Fetcher {
 public:
  Fetcher(net::IoThread& io, const PostgresOptions& options, PostgresCounters& counters, Readers& readers)
      : io_(io), options_(options), counters_(counters), readers_(readers) {}

  void get(ItemId id, core::Executor& on, ItemStore::Done<Item> done);

 private:
  struct Wish {
    ItemId id;
    core::Executor* on;
    ItemStore::Done<Item> done;
  };

  void pump();
  void answer(std::vector<Wish> wishes, const Outcome& outcome);

  net::IoThread& io_;
  const PostgresOptions& options_;
  PostgresCounters& counters_;
  Readers& readers_;
  unsigned under_way_ = 0;
  std::mutex mutex_;
  std::vector<Wish> waiting_;
};

}  // namespace grtc::items::postgres
