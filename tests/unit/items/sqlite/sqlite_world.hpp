#pragma once
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "items/sqlite/sqlite_store.hpp"
#include "support/item_store_contract.hpp"
#include "support/scratch_folder.hpp"

namespace grtc::test {

/// An SQLite store over a file in a scratch folder.
class SqliteWorld final : public StoreWorld {
 public:
  using Options = items::sqlite::SqliteOptions;

  explicit SqliteWorld(Options options = {}) : options_(std::move(options)) {
    if (options_.path.empty()) options_.path = folder_.file("items.db");
    options_.clock = [this] { return now; };
    open();
  }

  items::sqlite::SqliteStore& store() override { return *store_; }
  void reopen() override {
    store_.reset();
    open();
  }
  void close() { store_.reset(); }
  void open() {
    auto opened = items::sqlite::SqliteStore::open(options_);
    if (!opened) throw std::runtime_error(opened.error().sentence);
    store_ = std::move(*opened);
  }

  [[nodiscard]] const std::string& path() const noexcept { return options_.path; }
  [[nodiscard]] const ScratchFolder& folder() const noexcept { return folder_; }

 private:
  ScratchFolder folder_;
  Options options_;
  std::unique_ptr<items::sqlite::SqliteStore> store_;
};

}  // namespace grtc::test
