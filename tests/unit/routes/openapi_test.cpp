#include "routes/openapi.hpp"

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include "http/static_files.hpp"
#include "items/sqlite/sqlite_store.hpp"
#include "ops/version.hpp"
#include "routes/ice_routes.hpp"
#include "routes/items_routes.hpp"
#include "routes/peerjs_routes.hpp"
#include "routes/room_count_route.hpp"
#include "routes/rooms_routes.hpp"
#include "routes/service_routes.hpp"

namespace grtc::routes {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

class OpenApi : public testing::Test {
 protected:
  OpenApi() {
    EXPECT_EQ(parser_.parse(openapi_json().data(), openapi_json().size()).get(document_), simdjson::SUCCESS);
  }

  /// `get /api/items/{id}` of each operation.
  std::set<std::string> operations() {
    std::set<std::string> all;
    for (const auto& [path, methods] : object(document_["paths"])) {
      for (const auto& [method, operation] : object(methods)) {
        if (method != "parameters") all.insert(std::string(method) + " " + std::string(path));
      }
    }
    return all;
  }
  /// Every `$ref` in `at` and below.
  void references(const element& at, std::set<std::string>& found) {
    if (at.is_object()) {
      for (const auto& [name, value] : object(at)) {
        if (name == "$ref") found.insert(std::string(std::string_view(value)));
        references(value, found);
      }
    } else if (at.is_array()) {
      for (const element value : simdjson::dom::array(at)) references(value, found);
    }
  }

  simdjson::dom::parser parser_;
  element document_;
};

/// A server's rooms, of which only the routes matter here.
class NoRooms final : public RoomDirectory {
 public:
  void list(core::Executor& /*on*/, Done<std::vector<RoomSummary>> /*done*/) override {}
  void get(std::string /*room*/, core::Executor& /*on*/, Done<RoomDetail> /*done*/) override {}
  void send(std::string /*room*/, std::string /*message*/, core::Executor& /*on*/,
            Done<std::size_t> /*done*/) override {}
  void remove(std::string /*room*/, std::string /*peer_id*/, core::Executor& /*on*/, Done<void> /*done*/) override {}
};

/// As the composition fills it.
std::set<std::string> served_operations() {
  const auto folder = std::filesystem::temp_directory_path() / ("grtc-openapi-" + std::to_string(::getpid()));
  http::Router router;
  {
    items::sqlite::SqliteOptions options;
    options.path = folder / "items.db";
    const auto store = items::sqlite::SqliteStore::open(std::move(options)).value();
    items::Feed feed(*store, {});
    NoRooms rooms;
    ops::Metrics metrics;
    const ops::IceServers ice({});
    ops::Log log({.level = ops::Level::error, .format = ops::Log::Format::text, .instance = ""});
    add_items_routes(router, {*store, feed, ""});
    add_rooms_routes(router, AdminGuard("", true), rooms);
    add_room_count_route(router, rooms, "", {});
    add_ice_routes(router, metrics, {ice, log, "", "", false, 0, {}, {}, {}});
    add_service_routes(router, {"", "", {}, {}, {}, {}, {}, {}, {}, metrics});
    add_openapi_route(router);
    http::add_static_routes(router, "");
    add_peerjs_routes(router, {});
  }
  std::filesystem::remove_all(folder);
  std::set<std::string> all{"get /ws/{room}", "get /peerjs", "get /y-webrtc", "get /trystero"};  // doors, not routes
  for (const http::Route& route : router.routes()) {
    std::string operation = std::string(http::name_of(route.method)) + " " + route.pattern;
    const std::size_t space = operation.find(' ');
    std::transform(operation.begin(), operation.begin() + static_cast<std::ptrdiff_t>(space), operation.begin(),
                   [](char c) { return static_cast<char>(c | 0x20); });
    if (const std::size_t rest = operation.find("...}"); rest != std::string::npos) operation.erase(rest, 3);
    all.insert(std::move(operation));
  }
  return all;
}

TEST_F(OpenApi, DescribesWhatIsServedAndNothingElse) {
  EXPECT_EQ(operations(), served_operations());
}

TEST_F(OpenApi, IsOfThisVersion) {
  EXPECT_EQ(std::string_view(document_["openapi"]), "3.1.0");
  EXPECT_EQ(std::string_view(document_["info"]["version"]), ops::version());
}

TEST_F(OpenApi, RefersToWhatIsThereAndHasNothingUnused) {
  std::set<std::string> used;
  references(document_, used);
  std::set<std::string> defined;
  for (const auto& [kind, members] : object(document_["components"])) {
    if (kind == "securitySchemes") continue;
    for (const auto& [name, value] : object(members)) {
      defined.insert("#/components/" + std::string(kind) + "/" + std::string(name));
    }
  }
  EXPECT_EQ(used, defined);
}

TEST_F(OpenApi, DescribesEachPathsParameters) {
  for (const auto& [path, methods] : object(document_["paths"])) {
    const bool has_placeholder = path.find('{') != std::string_view::npos;
    EXPECT_EQ(methods["parameters"].error() == simdjson::SUCCESS, has_placeholder) << path;
  }
}

TEST_F(OpenApi, NamesEachOperationOnce) {
  std::set<std::string_view> ids;
  for (const auto& [path, methods] : object(document_["paths"])) {
    for (const auto& [method, operation] : object(methods)) {
      if (method == "parameters") continue;
      EXPECT_TRUE(ids.insert(std::string_view(operation["operationId"])).second) << method << ' ' << path;
    }
  }
  EXPECT_EQ(ids.size(), operations().size());
}

}  // namespace
}  // namespace grtc::routes
