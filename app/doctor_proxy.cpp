#include <charconv>
#include <optional>

#include "app/doctor_checks.hpp"
#include "app/probe.hpp"

namespace grtc::app {
namespace {

using State = Diagnosis::State;

constexpr std::chrono::seconds kProxyPatience{5};

/// The value of a metric without labels; nothing when it is not there.
std::optional<double> metric(const std::string& page, const std::string& name) {
  const std::size_t at = page.find("\n" + name + " ");
  if (at == std::string::npos) return std::nullopt;
  double value = 0;
  const char* begin = page.data() + at + name.size() + 2;
  std::from_chars(begin, page.data() + page.size(), value);
  return value;
}

void diagnose_forwards(const std::string& own_url, Diagnoses& to) {
  const auto page = probe(own_url + "/metrics", kProxyPatience);
  if (!page) return;  // the port's line has said why
  const auto strangers = metric(page->body, "grtc_http_untrusted_forwards_total");
  if (strangers.value_or(0) > 0) {
    to.push_back(
        {State::fail, "proxy",
         "X-Forwarded-For came from an address that is not in TRUSTED_PROXIES (the log names it), so all users "
         "count as one: add it there, if it is your proxy's"});
  } else {
    to.push_back({State::ok, "proxy", "no request came through a proxy that TRUSTED_PROXIES does not name"});
  }
}

void diagnose_upgrade(const std::string& url, Diagnoses& to) {
  // RFC 6455 §4.1; any key will do.
  const ProbeHow how{
      "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: Z3J0Yy1kb2N0b3IuLi4uLg==\r\n",
      "\r\n\r\n"};
  const auto answer = probe(url + "/ws/grtc-doctor?peer_id=grtc-doctor", kProxyPatience, how);
  if (!answer) {
    to.push_back({State::fail, "websocket", url + ": " + answer.error().sentence});
  } else if (answer->status == 101 || answer->status == 401) {
    to.push_back({State::ok, "websocket", url + " passes WebSockets on"});
  } else if (answer->status == 426 || answer->status == 400 || answer->status == 404) {
    to.push_back({State::fail, "websocket",
                  url + ": the proxy does not pass the headers Upgrade and Connection on (status " +
                      std::to_string(answer->status) + ")"});
  } else {
    to.push_back({State::fail, "websocket", url + ": status " + std::to_string(answer->status)});
  }
}

void diagnose_stream(const std::string& url, Diagnoses& to) {
  const auto answer = probe(url + "/api/items/events", kProxyPatience, {"", "retry:"});
  if (answer && answer->status == 200 && answer->body.find("retry:") != std::string::npos) {
    to.push_back({State::ok, "events", url + " passes events on as they come"});
  } else if (answer && answer->status != 200) {
    to.push_back({State::fail, "events", url + ": status " + std::to_string(answer->status)});
  } else {
    to.push_back({State::fail, "events", url + ": the proxy keeps events back (proxy_buffering off is missing)"});
  }
}

}  // namespace

void diagnose_proxy(const std::string& own_url, const std::string& public_url, Diagnoses& to) {
  if (!public_url.empty()) {
    const std::string url = public_url.ends_with("/") ? public_url.substr(0, public_url.size() - 1) : public_url;
    const auto answer = probe(url + "/health", kProxyPatience);
    if (!answer || answer->status != 200) {
      to.push_back({State::fail, "url",
                    url + ": " + (answer ? "status " + std::to_string(answer->status) : answer.error().sentence)});
      return;
    }
    diagnose_upgrade(url, to);
    diagnose_stream(url, to);
  }
  diagnose_forwards(own_url, to);
}

}  // namespace grtc::app
