#include "http/head_rules.hpp"

#include <algorithm>
#include <array>

#include "http/header_list.hpp"

namespace grtc::http {
namespace {

constexpr std::string_view kLineEnd = "\r\n";

constexpr std::array<bool, 256> make_token_table() {
  std::array<bool, 256> table{};
  for (const char c :
       std::string_view("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")) {
    table[static_cast<unsigned char>(c)] = true;
  }
  return table;
}
constexpr std::array<bool, 256> kTokenChars = make_token_table();

bool is_token(std::string_view text) noexcept {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return kTokenChars[static_cast<unsigned char>(c)]; });
}

/// RFC 9110 §5.5: visible, obs-text, space, tab. So no NUL, and no CR inside a line.
bool is_field_value(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte >= 0x20 && byte != 0x7F) || byte == '\t';
  });
}

/// What the header lines said about the message's length and host.
struct Framing {
  std::size_t headers = 0;
  std::size_t hosts = 0;
  std::size_t lengths = 0;
  std::size_t codings = 0;
};

constexpr HeadFault bad(std::string_view sentence) noexcept {
  return {core::Code::bad_request, sentence};
}

std::optional<HeadFault> check_request_line(std::string_view line, bool& http_10) noexcept {
  const std::size_t method_end = line.find(' ');
  const std::size_t target_end = line.rfind(' ');
  if (method_end == std::string_view::npos || method_end == target_end || !is_token(line.substr(0, method_end))) {
    return bad("The request line must be a method, a target and a version, with one space between.");
  }
  const std::string_view target = line.substr(method_end + 1, target_end - method_end - 1);
  const bool visible = std::all_of(target.begin(), target.end(), [](char c) {
    return static_cast<unsigned char>(c) > 0x20 && c != 0x7F && c != '#';
  });
  if (target.empty() || !visible) return bad("The request target holds a character that it may not.");
  const std::string_view version = line.substr(target_end + 1);
  http_10 = version == "HTTP/1.0";
  if (!http_10 && version != "HTTP/1.1") return bad("Only HTTP/1.1 and HTTP/1.0 are spoken here.");
  return std::nullopt;
}

std::optional<HeadFault> check_value(std::string_view name, std::string_view value, bool http_10,
                                     Framing& framing) noexcept {
  if (equal_ignoring_case(name, "host")) {
    ++framing.hosts;
    if (value.find_first_of(" \t,/?#@\\") != std::string_view::npos) return bad("Host is no host.");
  } else if (equal_ignoring_case(name, "content-length")) {
    ++framing.lengths;
    // 18 digits can't overflow 64 bits; a sign or a list is what others may read in another way.
    if (value.empty() || value.size() > 18 || value.find_first_not_of("0123456789") != std::string_view::npos) {
      return bad("Content-Length must be a whole number.");
    }
  } else if (equal_ignoring_case(name, "transfer-encoding")) {
    ++framing.codings;
    if (http_10) return bad("HTTP/1.0 knows no Transfer-Encoding.");
    if (!equal_ignoring_case(value, "chunked")) return bad("The only Transfer-Encoding taken is chunked.");
  }
  return std::nullopt;
}

std::optional<HeadFault> check_field(std::string_view line, bool http_10, Framing& framing) noexcept {
  if (++framing.headers > kMaxHeaders) return HeadFault{core::Code::head_too_large, "There are too many headers."};
  if (line.front() == ' ' || line.front() == '\t') return bad("A header line may not be folded.");
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return bad("A header line has no colon.");
  const std::string_view name = line.substr(0, colon);
  if (!is_token(name)) return bad("A header name holds a character that it may not.");
  const std::string_view value = line.substr(colon + 1);
  if (!is_field_value(value)) return bad("A header value holds a control character.");
  return check_value(name, trim(value), http_10, framing);
}

std::optional<HeadFault> check_framing(const Framing& framing, bool http_10) noexcept {
  if (framing.hosts > 1 || (framing.hosts == 0 && !http_10)) return bad("There must be one Host.");
  if (framing.lengths > 1) return bad("There may be one Content-Length.");
  if (framing.codings > 1) return bad("There may be one Transfer-Encoding.");
  if (framing.lengths + framing.codings > 1) return bad("Content-Length and Transfer-Encoding exclude each other.");
  return std::nullopt;
}

}  // namespace

HeadEnd::Found HeadEnd::look(std::string_view bytes) noexcept {
  for (;;) {
    const std::size_t at = bytes.find('\n', seen_);
    if (at == std::string_view::npos) {
      seen_ = bytes.size();
      return Found::no;
    }
    if (at == 0 || bytes[at - 1] != '\r') return Found::bare_line_feed;
    seen_ = at + 1;
    if (at >= 3 && bytes[at - 2] == '\n') return Found::yes;
  }
}

std::optional<HeadFault> check_head(std::string_view head) noexcept {
  std::size_t end = head.find(kLineEnd);
  bool http_10 = false;
  if (auto fault = check_request_line(head.substr(0, end), http_10)) return fault;
  Framing framing;
  for (;;) {
    head.remove_prefix(end + kLineEnd.size());
    end = head.find(kLineEnd);
    if (end == std::string_view::npos || end == 0) break;
    if (auto fault = check_field(head.substr(0, end), http_10, framing)) return fault;
  }
  return check_framing(framing, http_10);
}

}  // namespace grtc::http
