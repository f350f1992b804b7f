#include "http/request_parser.hpp"

#include <algorithm>
#include <string>

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include "http/head_rules.hpp"
#include "http/header_list.hpp"

namespace grtc::http {
namespace {

namespace beast_http = boost::beast::http;
using boost::optional;
using boost::beast::string_view;
using boost::system::error_code;

/// Memory isn't given on a client's word: a body grows past this only by bytes that arrived.
constexpr std::uint64_t kMaxReserve = std::uint64_t{64} * 1024;
/// A chunk's last bytes with the end of the content are never fewer ("0\r\n\r\n"), and Beast 1.81 asserts on shorter
/// pieces of a last chunk that comes first.
constexpr std::size_t kMinChunkBytes = 5;

std::string_view std_view(string_view text) noexcept {
  return {text.data(), text.size()};
}

/// Fills a Request from Beast's events.
class Filler final : public beast_http::basic_parser<true> {
 public:
  [[nodiscard]] Request& request() noexcept { return request_; }

 private:
  void on_request_impl(beast_http::verb /*verb*/, string_view method, string_view target, int /*version*/,
                       error_code& /*error*/) override {
    request_.method = method_of(std_view(method));
    request_.target = std_view(target);
  }
  void on_response_impl(int /*code*/, string_view /*reason*/, int /*version*/, error_code& /*error*/) override {}

  void on_field_impl(beast_http::field /*field*/, string_view name, string_view value, error_code& /*error*/) override {
    // RFC 9110 §6.5.1: trailers are not merged into the headers, which have been acted on.
    if (is_header_done()) return;
    std::string lower(std_view(name));
    for (char& c : lower) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
    }
    for (Header& header : request_.headers) {
      if (header.name != lower) continue;
      header.value.append(", ").append(std_view(value));
      return;
    }
    request_.headers.push_back({std::move(lower), std::string(std_view(value))});
  }
  void on_header_impl(error_code& /*error*/) override {}

  void on_body_init_impl(const optional<std::uint64_t>& length, error_code& /*error*/) override {
    request_.body.reserve(static_cast<std::size_t>(std::min(length.value_or(0), kMaxReserve)));
  }
  std::size_t on_body_impl(string_view bytes, error_code& /*error*/) override {
    request_.body.append(std_view(bytes));
    return bytes.size();
  }
  void on_chunk_header_impl(std::uint64_t /*size*/, string_view /*extensions*/, error_code& /*error*/) override {}
  std::size_t on_chunk_body_impl(std::uint64_t /*remain*/, string_view bytes, error_code& error) override {
    return on_body_impl(bytes, error);
  }
  void on_finish_impl(error_code& /*error*/) override {}

  Request request_;
};

/// Path and query of the target; an absolute one also names the host (RFC 9112 §3.2.2).
bool split_target(Request& request) {
  std::string_view target = request.target;
  if (!target.starts_with('/')) {
    if (target == "*") {
      request.path = "*";
      return request.method == Method::options;
    }
    const std::size_t scheme = target.find("://");
    if (scheme == std::string_view::npos) return false;
    target.remove_prefix(scheme + 3);
    const std::size_t host_end = std::min(target.find_first_of("/?"), target.size());
    for (Header& header : request.headers) {
      if (header.name == "host") header.value = target.substr(0, host_end);
    }
    target.remove_prefix(host_end);
  }
  const std::size_t question = std::min(target.find('?'), target.size());
  request.path = question == 0 ? "/" : target.substr(0, question);
  if (question < target.size()) request.query = Query::parse(target.substr(question + 1));
  return true;
}

class BeastParser final : public RequestParser {
 public:
  explicit BeastParser(std::uint64_t max_body_bytes) {
    filler_.body_limit(max_body_bytes);
    filler_.header_limit(static_cast<std::uint32_t>(kMaxHeadBytes));
    filler_.request().headers.reserve(8);
  }

  Eaten eat(std::string_view bytes) override {
    if (filler_.is_done()) return {0, Step::whole};
    return filler_.is_header_done() ? eat_body(bytes) : eat_head(bytes);
  }

  Request& request() noexcept override { return filler_.request(); }
  [[nodiscard]] const core::Problem& problem() const noexcept override { return problem_; }
  [[nodiscard]] bool head_done() const noexcept override { return filler_.is_header_done(); }
  [[nodiscard]] bool has_body() const noexcept override { return !filler_.is_done(); }
  [[nodiscard]] bool keep_alive() const noexcept override { return keep_alive_; }
  [[nodiscard]] bool http_11() const noexcept override { return http_11_; }
  [[nodiscard]] bool expects_continue() const noexcept override { return expects_continue_; }

 private:
  Eaten refuse(core::Code code, std::string_view sentence) {
    problem_ = {code, std::string(sentence), {}, 0};
    return {0, Step::refused};
  }

  Eaten refuse(const error_code& error) {
    if (error == beast_http::error::body_limit) return refuse(core::Code::too_large, "The content is too large.");
    if (error == beast_http::error::header_limit) return refuse(core::Code::head_too_large, "The head is too large.");
    return refuse(core::Code::bad_request, "This is no valid HTTP: " + error.message() + ".");
  }

  Eaten eat_head(std::string_view bytes) {
    // RFC 9112 §2.2: empty lines in front of a request are passed over (old clients end a POST with one).
    std::size_t passed = 0;
    while (bytes.substr(passed, 2) == "\r\n") passed += 2;
    bytes.remove_prefix(passed);
    if (bytes.empty() || bytes == "\r") return {passed, Step::need_more};
    // So that a TLS hello on the plain port is told at once, not after the time for a head.
    if (static_cast<unsigned char>(bytes.front()) <= 0x20) {
      return refuse(core::Code::bad_request, "A request begins with a method.");
    }
    switch (end_.look(bytes.substr(0, kMaxHeadBytes))) {
      case HeadEnd::Found::bare_line_feed:
        return refuse(core::Code::bad_request, "A line ends without CR.");
      case HeadEnd::Found::no:
        if (bytes.size() < kMaxHeadBytes) return {passed, Step::need_more};
        return refuse(core::Code::head_too_large, "The request head is over 32 KiB.");
      case HeadEnd::Found::yes:
        break;
    }
    const Eaten parsed = parse_head(bytes.substr(0, end_.size()));
    return {passed + parsed.bytes, parsed.step};
  }

  Eaten parse_head(std::string_view head) {
    if (const auto fault = check_head(head)) return refuse(fault->code, fault->sentence);
    error_code error;
    const std::size_t used = filler_.put({head.data(), head.size()}, error);
    if (error) return refuse(error);
    if (!split_target(filler_.request())) return refuse(core::Code::bad_request, "The request target has no path.");
    filler_.eager(true);
    // Asked now: trailers may not change them.
    keep_alive_ = filler_.keep_alive();
    http_11_ = head.substr(0, head.find('\r')).ends_with('1');
    expects_continue_ =
        http_11_ && has_body() && equal_ignoring_case(filler_.request().header("expect").value_or(""), "100-continue");
    return {used, Step::head};
  }

  Eaten eat_body(std::string_view bytes) {
    if (bytes.empty() || (filler_.chunked() && bytes.size() < kMinChunkBytes)) return {0, Step::need_more};
    error_code error;
    const std::size_t used = filler_.put({bytes.data(), bytes.size()}, error);
    if (error && error != beast_http::error::need_more) return refuse(error);
    if (filler_.is_done()) return {used, Step::whole};
    if (bytes.size() - used > kMaxHeadBytes)
      return refuse(core::Code::too_large, "A chunk's head or trailer is too large.");
    return {used, Step::need_more};
  }

  Filler filler_;
  HeadEnd end_;
  core::Problem problem_;
  bool keep_alive_ = false;
  bool http_11_ = false;
  bool expects_continue_ = false;
};

}  // namespace

std::unique_ptr<RequestParser> RequestParser::make(std::uint64_t max_body_bytes) {
  return std::make_unique<BeastParser>(max_body_bytes);
}

}  // namespace grtc::http
