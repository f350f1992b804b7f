#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "core/problem.hpp"
#include "http/message.hpp"

namespace grtc::http {

/// One HTTP/1.x request from bytes. Owns no socket; used for one message. Beast's parser does the work, behind the
/// stricter rules of head_rules.hpp.
class RequestParser {
 public:
  enum class Step : std::uint8_t {
    need_more,  ///< come again with what was left, and more
    head,       ///< request() has its head; content follows if has_body()
    whole,      ///< request() is complete
    refused,    ///< see problem(); nothing more can be read from this connection
  };
  struct Eaten {
    std::size_t bytes;  ///< how many of the given were used
    Step step;
  };

  /// @param max_body_bytes  content over it is refused with Code::too_large, where possible before it arrives
  [[nodiscard]] static std::unique_ptr<RequestParser> make(std::uint64_t max_body_bytes);

  RequestParser() = default;
  RequestParser(const RequestParser&) = delete;
  RequestParser& operator=(const RequestParser&) = delete;
  virtual ~RequestParser() = default;

  /// Eats from the front of `bytes`: the head whole or not at all, content as it comes. Not called again after `whole`
  /// (which follows `head` at once, with no bytes eaten, when there is no content) and `refused`.
  /// Refuses with Code::bad_request, Code::head_too_large (kMaxHeadBytes, kMaxHeaders), Code::too_large.
  [[nodiscard]] virtual Eaten eat(std::string_view bytes) = 0;

  /// Method, target, path, query, headers, body; the rest is the connection's to fill in.
  [[nodiscard]] virtual Request& request() noexcept = 0;
  [[nodiscard]] virtual const core::Problem& problem() const noexcept = 0;
  [[nodiscard]] virtual bool head_done() const noexcept = 0;
  // After `head`:
  [[nodiscard]] virtual bool has_body() const noexcept = 0;
  [[nodiscard]] virtual bool keep_alive() const noexcept = 0;
  [[nodiscard]] virtual bool http_11() const noexcept = 0;
  /// `Expect: 100-continue`: the client waits with its content for a 100 (RFC 9110 §10.1.1).
  [[nodiscard]] virtual bool expects_continue() const noexcept = 0;
};

}  // namespace grtc::http
