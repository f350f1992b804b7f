#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "http/message.hpp"
#include "http/origins.hpp"

namespace grtc::http {

struct Route {
  Method method;        ///< a `get` also answers HEAD
  std::string pattern;  ///< `/api/items/{id}`; `{path...}` as last part takes the rest
  Handler handler;
  /// Outside REQUEST_RATE (`/health`, `/ready`, `/metrics`).
  bool unlimited = false;
  /// Which pages of other origins may read the answers. None: those of Options::origins. The same for all methods of a
  /// path.
  std::shared_ptr<const AllowedOrigins> origins = {};
};

struct Match {
  const Route* route;               ///< lives as long as the router
  std::vector<std::string> params;  ///< percent-decoded
};
struct WrongMethod {
  std::string allow;                        ///< for the `Allow` header: "GET, HEAD, OPTIONS"
  const AllowedOrigins* origins = nullptr;  ///< see Route; lives as long as the router
};
struct NoRoute {};

/// The table of all HTTP routes. Filled once at start by the composition, then read by every I/O thread.
class Router {
 public:
  /// Literal parts win over `{placeholders}` (so `/api/items/events` is not an `{id}`).
  void add(Route route);
  [[nodiscard]] std::variant<Match, WrongMethod, NoRoute> find(Method method, std::string_view path) const;
  /// For the test that holds OpenAPI to the routes.
  [[nodiscard]] const std::vector<Route>& routes() const noexcept { return routes_; }

 private:
  /// All routes of one path, apart from their methods: `/a/{x}` and `/a/{y}` are one shape.
  struct Shape {
    std::vector<std::string> parts;                                     ///< literals, and kPlaceholder
    bool takes_rest = false;                                            ///< the last part is `{name...}`
    std::array<std::int32_t, 8> route{-1, -1, -1, -1, -1, -1, -1, -1};  ///< by Method; -1: not served
    std::string allow;
    std::shared_ptr<const AllowedOrigins> origins;
  };
  Shape& shape_of(std::string_view pattern);
  [[nodiscard]] std::variant<Match, WrongMethod, NoRoute> choose(const Shape& shape, Method method,
                                                                 std::vector<std::string> params) const;

  std::vector<Route> routes_;
  std::vector<Shape> shapes_;  ///< the most literal first: the first that fits is the one
};

}  // namespace grtc::http
