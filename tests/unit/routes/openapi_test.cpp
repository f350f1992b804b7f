#include "routes/openapi.hpp"

#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include "ops/version.hpp"

namespace grtc::routes {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

class OpenApi : public testing::Test {
 protected:
  OpenApi() { EXPECT_EQ(parser_.parse(openapi_json().data(), openapi_json().size()).get(document_), simdjson::SUCCESS); }

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
