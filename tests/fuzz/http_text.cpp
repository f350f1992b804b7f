// The small readers of HTTP's text: none reads past its end, and what they undo
// can be done again.

#include "fuzz.hpp"
#include "http/address.hpp"
#include "http/header_list.hpp"
#include "http/message.hpp"
#include "http/origins.hpp"
#include "http/percent.hpp"
#include "http/trusted_proxies.hpp"
#include "http/websocket_handshake.hpp"

namespace {

using grtc::fuzz::require;

std::string percent_encode(std::string_view text) {
  static constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    out.append({'%', kHex[byte >> 4], kHex[byte & 15]});
  }
  return out;
}

void walk_list(std::string_view list) {
  std::size_t parts = 0;
  const std::size_t most = list.size() + 1;
  while (!list.empty()) {
    const std::string_view part = grtc::http::next_of(list);
    require(part == grtc::http::trim(part), "a part is trimmed");
    require(++parts <= most, "a list ends");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // An exact copy on the heap, so that AddressSanitizer sees a read past its
  // end.
  const std::string copy(grtc::fuzz::text_of(data, size));
  const std::string_view input = copy;
  require(grtc::http::percent_decode(percent_encode(input)) == copy, "what was encoded is decoded");
  const auto decoded = grtc::http::percent_decode(input);
  if (decoded) require(decoded->size() <= input.size(), "decoding does not grow");
  (void)grtc::http::form_decode(input);
  (void)grtc::http::Query::parse(input);
  walk_list(input);
  (void)grtc::http::has_token(input, "upgrade");
  (void)grtc::http::is_websocket_key(input);
  (void)grtc::http::parse_address(input);

  const auto origins = grtc::http::AllowedOrigins::parse(input);
  if (origins) (void)origins->allows("https://grtc.example", "grtc.example:8001");
  const auto proxies = grtc::http::TrustedProxies::parse(input);
  if (proxies) (void)proxies->client_of("127.0.0.1", input);
  const auto loopback = grtc::http::TrustedProxies::parse("127.0.0.0/8");
  require(loopback->client_of("192.0.2.1", input) == "192.0.2.1", "only a proxy is believed");
  return 0;
}
