#include "http/response_head.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>

#include <boost/beast/http/status.hpp>

#include "http/cors.hpp"

namespace grtc::http {
namespace {

void append_number(std::string& out, std::uint64_t number) {
  std::array<char, 20> digits;
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  out.append(digits.data(), end);
}

void append_status_line(std::string& out, std::uint16_t status) {
  out += "HTTP/1.1 ";
  append_number(out, status);
  out += ' ';
  const auto reason = boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(status));
  out.append(reason.data(), reason.size());
  out += "\r\n";
}

void append_value(std::string& out, std::string_view value) {
  const std::size_t begin = out.size();
  out += value;
  std::replace_if(
      out.begin() + static_cast<std::ptrdiff_t>(begin), out.end(),
      [](char c) { return c == '\r' || c == '\n' || c == '\0'; }, ' ');
}

bool has_header(const Response& response, std::string_view name) {
  return std::any_of(response.headers.begin(), response.headers.end(),
                     [name](const Header& header) { return header.name == name; });
}

void append_connection(std::string& out, const Response& response, const HeadFacts& facts) {
  // An answer with `Upgrade` names it in Connection (RFC 9110 §7.8).
  const bool upgrade = has_header(response, "Upgrade");
  if (!facts.keep_alive) {
    out += upgrade ? "Connection: Upgrade, close\r\n" : "Connection: close\r\n";
  } else if (upgrade) {
    out += "Connection: Upgrade\r\n";
  } else if (!facts.http_11) {
    out += "Connection: keep-alive\r\n";
  }
}

}  // namespace

void append_head(std::string& out, const Response& response, const HeadFacts& facts) {
  append_status_line(out, response.status);
  out.append("Date: ").append(facts.date).append("\r\n");
  for (const Header& header : response.headers) {
    append_value(out.append(header.name).append(": "), header.value);
    out += "\r\n";
  }
  if (has_content(response.status) && facts.length) {
    append_number(out.append("Content-Length: "), *facts.length);
    out += "\r\n";
  }
  append_connection(out, response, facts);
  append_value(out.append("X-Request-Id: "), facts.request->id);
  out += "\r\nX-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n";
  if (facts.hsts) out += "Strict-Transport-Security: max-age=31536000\r\n";
  append_cors(out, *facts.origins, *facts.request);
  out += "\r\n";
}

std::string_view DateText::at(std::int64_t unix_seconds) {
  if (unix_seconds == second_) return text_;
  second_ = unix_seconds;
  const std::time_t time = unix_seconds;
  std::tm parts{};
  gmtime_r(&time, &parts);
  // The names of days and months are English there whatever the locale: strftime's are only so in "C".
  static constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::array<char, 32> rest{};
  text_ = kDays[static_cast<std::size_t>(parts.tm_wday)];
  text_.append(rest.data(), std::strftime(rest.data(), rest.size(), ", %d ", &parts));
  text_ += kMonths[static_cast<std::size_t>(parts.tm_mon)];
  text_.append(rest.data(), std::strftime(rest.data(), rest.size(), " %Y %H:%M:%S GMT", &parts));
  return text_;
}

}  // namespace grtc::http
