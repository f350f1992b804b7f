#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/executor.hpp"
#include "core/problem.hpp"

namespace grtc::http {

enum class Method : std::uint8_t { get, head, post, put, patch, del, options, other };

/// "GET" for Method::get and so on; "" for Method::other.
[[nodiscard]] std::string_view name_of(Method method) noexcept;
/// The reverse; methods are case-sensitive (RFC 9110 §9.1). Method::other for what gRTC serves nowhere.
[[nodiscard]] Method method_of(std::string_view name) noexcept;

struct Header {
  std::string name;
  std::string value;
};

/// The query string, form-decoded (`+` and `%20` are spaces), in order. Of equal names the last one counts.
class Query {
 public:
  /// Pairs whose escapes are no valid percent-encoding are kept as they came.
  [[nodiscard]] static Query parse(std::string_view raw);
  /// The last value of `name`, or nothing.
  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const;
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& all() const noexcept { return pairs_; }

 private:
  std::vector<std::pair<std::string, std::string>> pairs_;
};

/// One whole request. Immutable once it is routed; lives until its Reply was called.
struct Request {
  Method method = Method::other;
  std::string target;  ///< as it came: path and query
  std::string path;    ///< raw path, still percent-encoded
  Query query;
  std::vector<std::string> params;  ///< percent-decoded values of the route's `{placeholders}`, in order
  std::vector<Header> headers;      ///< names in lower case; repeated ones joined by ", "
  std::string body;
  std::string client;                  ///< address of the client, after TRUSTED_PROXIES; no port
  bool loopback = false;               ///< the client's address is a loopback one
  bool secure = false;                 ///< by TLS, here or at a trusted proxy
  std::string id;                      ///< request id, for logs and `X-Request-Id`
  core::Executor* executor = nullptr;  ///< the I/O thread that waits for the reply

  /// The value of a header (name in lower case), or nothing.
  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;
  /// The token of `Authorization: Bearer …`, or nothing.
  [[nodiscard]] std::optional<std::string_view> bearer() const;
};

/// A `text/event-stream` that a handler took over. Used on the request's I/O thread only.
class EventStream {
 public:
  EventStream() = default;
  EventStream(const EventStream&) = delete;
  EventStream& operator=(const EventStream&) = delete;
  virtual ~EventStream() = default;

  /// Queues whole events or comment lines. False: the client is gone or its bounded queue (bytes) overflowed;
  /// the stream is then closed and `on_close` has run or will run.
  virtual bool send(std::shared_ptr<const std::string> bytes) = 0;
  /// Bytes that wait to leave; 0 when the client has taken all: who has more to say than the queue holds says it then.
  [[nodiscard]] virtual std::size_t queued() const = 0;
  /// `closed` runs once, on the request's I/O thread, when the client has gone or the server drains.
  virtual void on_close(std::function<void()> closed) = 0;
  /// Ends the stream after what is queued.
  virtual void close() = 0;
};

struct Response {
  std::uint16_t status = 200;
  std::vector<Header> headers;  ///< Content-Length, Date, Connection, X-Request-Id and CORS are added by the connection
  std::string body;
  /// Instead of `body`: bytes that many answers share (embedded files).
  std::string_view shared_body = {};
  /// Keeps `shared_body` alive where it is not static.
  std::shared_ptr<const void> keep_alive = {};
  /// When set: the head is sent without a length, and this runs with the open stream.
  std::function<void(std::shared_ptr<EventStream>)> stream = {};
};

/// `application/json; charset=utf-8`.
[[nodiscard]] Response json_response(std::uint16_t status, std::string body);
/// The same answer, to be kept by nobody (RFC 9111, section 5.2.2.5).
[[nodiscard]] Response no_store(Response response);
/// `application/problem+json` (RFC 9457), `Retry-After` and `WWW-Authenticate` where they belong.
/// The only place where a Problem becomes HTTP.
[[nodiscard]] Response to_problem_json(const core::Problem& problem);

/// Called once, on any thread; the response leaves on the request's I/O thread.
using Reply = std::function<void(Response)>;
/// Runs on the request's I/O thread and must not block it.
using Handler = std::function<void(std::shared_ptr<const Request>, Reply)>;

}  // namespace grtc::http
