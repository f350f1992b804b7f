#include "items/item.hpp"

#include <iterator>

#include <fmt/format.h>

#include "core/json_scan.hpp"
#include "core/rfc3339.hpp"

namespace grtc::items {

std::string etag_of(const Item& item) {
  return fmt::format("\"{}-{}\"", item.id, item.version);
}

std::string to_json(const Item& item) {
  // The members' names, two times and numbers take about 170 bytes.
  std::string out;
  out.reserve(200 + item.name.size() + item.description.size() + item.data.size());
  fmt::format_to(std::back_inserter(out), R"({{"id":{},"name":)", item.id);
  core::append_json_string(out, item.name);
  out += R"(,"description":)";
  core::append_json_string(out, item.description);
  out += R"(,"data":)";
  out += item.data;
  fmt::format_to(std::back_inserter(out), R"(,"version":{},"created_at":")", item.version);
  core::append_rfc3339(out, item.created_at);
  out += R"(","updated_at":")";
  core::append_rfc3339(out, item.updated_at);
  out += "\"}";
  return out;
}

}  // namespace grtc::items
