#include "http/router.hpp"

#include <algorithm>
#include <cassert>
#include <optional>
#include <utility>

#include "http/percent.hpp"

namespace grtc::http {
namespace {

/// Longer paths can only be the rest of a `{path...}`.
constexpr std::size_t kMaxParts = 16;
/// A byte that no pattern has, and that sorts behind all literals.
constexpr std::string_view kPlaceholder = "\xff";

struct Parts {
  std::array<std::string_view, kMaxParts> at;
  std::size_t count = 0;
  bool more = false;  ///< there were over kMaxParts
};

/// "/a/b" is ["a", "b"], "/" is [""].
Parts split(std::string_view path) {
  Parts parts;
  for (;;) {
    path.remove_prefix(1);
    const std::size_t end = std::min(path.find('/'), path.size());
    if (parts.count == kMaxParts) {
      parts.more = true;
      return parts;
    }
    parts.at[parts.count++] = path.substr(0, end);
    path.remove_prefix(end);
    if (path.empty()) return parts;
  }
}

bool is_placeholder(std::string_view part) {
  return part.size() > 2 && part.front() == '{' && part.back() == '}';
}

bool same_part(const std::string& literal, std::string_view part, bool encoded) {
  if (!encoded || part.find('%') == std::string_view::npos) return literal == part;
  // RFC 3986 §6.2.2.2: `/%68ealth` is `/health`.
  return percent_decode(part) == literal;
}

/// What a `/static/{path...}` takes: from the first byte of part `index` to the end of the path.
std::string_view rest_from(std::string_view path, const Parts& parts, std::size_t index) {
  return path.substr(static_cast<std::size_t>(parts.at[index].data() - path.data()));
}

/// The values of the placeholders, or nothing when the path has another shape.
template <class Shape>
std::optional<std::vector<std::string>> params_of(const Shape& shape, std::string_view path, const Parts& parts,
                                                  bool encoded) {
  const std::size_t wanted = shape.parts.size();
  if (shape.takes_rest ? parts.count < wanted : (parts.count != wanted || parts.more)) return std::nullopt;
  const std::size_t single = shape.takes_rest ? wanted - 1 : wanted;
  for (std::size_t i = 0; i < single; ++i) {
    const bool placeholder = shape.parts[i] == kPlaceholder;
    if (placeholder ? parts.at[i].empty() : !same_part(shape.parts[i], parts.at[i], encoded)) return std::nullopt;
  }
  std::vector<std::string> params;
  for (std::size_t i = 0; i < wanted; ++i) {
    if (shape.parts[i] != kPlaceholder) continue;
    const std::string_view raw = i < single ? parts.at[i] : rest_from(path, parts, i);
    auto value = percent_decode(raw);
    if (!value || value->empty()) return std::nullopt;
    params.push_back(std::move(*value));
  }
  return params;
}

}  // namespace

Router::Shape& Router::shape_of(std::string_view pattern) {
  Shape shape;
  const Parts parts = split(pattern);
  assert(!parts.more);
  for (std::size_t i = 0; i < parts.count; ++i) {
    shape.parts.emplace_back(is_placeholder(parts.at[i]) ? kPlaceholder : parts.at[i]);
    shape.takes_rest = parts.at[i].ends_with("...}");
  }
  const auto before = [](const Shape& a, const Shape& b) {
    if (a.takes_rest != b.takes_rest) return b.takes_rest;
    return a.parts < b.parts;
  };
  const auto at = std::lower_bound(shapes_.begin(), shapes_.end(), shape, before);
  if (at != shapes_.end() && at->parts == shape.parts && at->takes_rest == shape.takes_rest) return *at;
  return *shapes_.insert(at, std::move(shape));
}

void Router::add(Route route) {
  assert(route.pattern.starts_with('/') && route.method != Method::other);
  Shape& shape = shape_of(route.pattern);
  assert(shape.route[static_cast<std::size_t>(route.method)] < 0);
  shape.route[static_cast<std::size_t>(route.method)] = static_cast<std::int32_t>(routes_.size());
  routes_.push_back(std::move(route));
  shape.origins = routes_.back().origins;
  shape.allow.clear();
  for (const Method method : {Method::get, Method::head, Method::post, Method::put, Method::patch, Method::del}) {
    // RFC 9110 §9.3.2: HEAD is GET without the content, so whoever has one has both.
    const Method served = method == Method::head ? Method::get : method;
    if (shape.route[static_cast<std::size_t>(served)] < 0) continue;
    shape.allow.append(name_of(method)).append(", ");
  }
  shape.allow.append(name_of(Method::options));
}

std::variant<Match, WrongMethod, NoRoute> Router::choose(const Shape& shape, Method method,
                                                         std::vector<std::string> params) const {
  const Method served = method == Method::head ? Method::get : method;
  const std::int32_t index = served == Method::other ? -1 : shape.route[static_cast<std::size_t>(served)];
  if (index < 0) return WrongMethod{shape.allow, shape.origins.get()};
  return Match{&routes_[static_cast<std::size_t>(index)], std::move(params)};
}

std::variant<Match, WrongMethod, NoRoute> Router::find(Method method, std::string_view path) const {
  if (!path.starts_with('/')) return NoRoute{};
  const Parts parts = split(path);
  const bool encoded = path.find('%') != std::string_view::npos;
  for (const Shape& shape : shapes_) {
    if (auto params = params_of(shape, path, parts, encoded)) return choose(shape, method, std::move(*params));
  }
  return NoRoute{};
}

}  // namespace grtc::http
