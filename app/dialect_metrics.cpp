#include "app/dialect_metrics.hpp"

#include <functional>
#include <utility>

namespace grtc::app {
namespace {

using signalling::CompatCounters;
using signalling::CompatHub;
using Hubs = std::vector<const CompatHub*>;

/// The sum over all hubs of what `count` reads of one.
std::function<double()> over(const Hubs& hubs, std::function<std::uint64_t(const CompatHub&)> count) {
  return [hubs, count = std::move(count)] {
    std::uint64_t sum = 0;
    for (const CompatHub* hub : hubs) sum += count(*hub);
    return static_cast<double>(sum);
  };
}

void publish_drops(ops::Metrics& metrics, const std::string& protocol, const Hubs& hubs) {
  const auto drops = [&](const char* reason, core::Counter CompatCounters::*counter) {
    metrics.counter("grtc_drops_total", "What clients of other protocols sent and nobody got, or the client itself",
                    {{"protocol", protocol}, {"reason", reason}},
                    over(hubs, [counter](const CompatHub& hub) { return (hub.counters().*counter).value(); }));
  };
  drops("bad-frame", &CompatCounters::bad_frames);
  drops("slow-client", &CompatCounters::overflows);
  drops("refused", &CompatCounters::refused);
  drops("undelivered", &CompatCounters::undelivered);
}

}  // namespace

void publish_dialect(ops::Metrics& metrics, const std::string& protocol, Hubs hubs) {
  metrics.gauge("grtc_connections", "Open WebSockets", {{"protocol", protocol}}, over(hubs, [](const CompatHub& hub) {
                  const std::uint64_t closed = hub.traffic().closed.value();  // first: it is never ahead of the other
                  return hub.traffic().opened.value() - closed;
                }));
  const auto traffic = [&](const char* name, const char* help, const char* direction,
                           core::Counter net::WsTraffic::*counter) {
    metrics.counter(name, help, {{"protocol", protocol}, {"direction", direction}},
                    over(hubs, [counter](const CompatHub& hub) { return (hub.traffic().*counter).value(); }));
  };
  traffic("grtc_messages_total", "WebSocket messages", "in", &net::WsTraffic::messages_in);
  traffic("grtc_messages_total", "WebSocket messages", "out", &net::WsTraffic::messages_out);
  traffic("grtc_bytes_total", "Bytes of WebSocket frames", "in", &net::WsTraffic::bytes_in);
  traffic("grtc_bytes_total", "Bytes of WebSocket frames", "out", &net::WsTraffic::bytes_out);
  metrics.counter("grtc_throttled_total", "Times that a client was not read from because of MESSAGE_RATE",
                  {{"protocol", protocol}},
                  over(hubs, [](const CompatHub& hub) { return hub.counters().throttled.value(); }));
  publish_drops(metrics, protocol, hubs);
}

}  // namespace grtc::app
