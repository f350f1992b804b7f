#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "items/postgres/postgres_store.hpp"
#include "items/postgres/session.hpp"
#include "support/item_store_contract.hpp"

namespace grtc::test {
namespace {

using items::postgres::PostgresStore;
using items::postgres::Session;

/// A server where databases may be made, as a URI without a database; tests/support/with_postgres.mjs sets it.
std::string server_url() {
  const char* url = std::getenv("GRTC_TEST_POSTGRES");
  return url == nullptr ? std::string() : std::string(url);
}

/// A PostgreSQL store over a database of its own.
class PostgresWorld final : public StoreWorld {
 public:
  PostgresWorld() {
    static int databases = 0;
    const std::string name = "contract" + std::to_string(++databases);
    auto session = Session::open(server_url() + "/postgres", std::chrono::seconds(5));
    if (!session) throw std::runtime_error(session.error().sentence);
    if (auto made = (*session)->execute("CREATE DATABASE " + name); !made) {
      throw std::runtime_error(made.error().sentence);
    }
    options_.url = server_url() + "/" + name;
    options_.timeout = std::chrono::seconds(5);
    options_.clock = [this] { return now; };
    open();
  }

  items::ItemStore& store() override { return *store_; }
  void reopen() override {
    store_.reset();
    open();
  }

 private:
  void open() {
    auto opened = PostgresStore::open(options_);
    if (!opened) throw std::runtime_error(opened.error().sentence);
    store_ = std::move(*opened);
  }

  items::postgres::PostgresOptions options_;
  std::unique_ptr<PostgresStore> store_;
};

std::vector<StoreFactory> factories() {
  if (server_url().empty()) return {};
  return {StoreFactory{"postgres", [] { return std::make_unique<PostgresWorld>(); }}};
}

INSTANTIATE_TEST_SUITE_P(Postgres, ItemStoreContract, testing::ValuesIn(factories()),
                         [](const auto& info) { return info.param.name; });

TEST(PostgresContract, HasAServerToRunOn) {
  if (server_url().empty()) GTEST_SKIP() << "GRTC_TEST_POSTGRES is not set: tests/support/with_postgres.mjs sets it";
  SUCCEED();
}

}  // namespace
}  // namespace grtc::test
