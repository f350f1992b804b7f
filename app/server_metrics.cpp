#include "app/server_metrics.hpp"

#include <algorithm>
#include <functional>

#include "ops/version.hpp"

namespace grtc::app {
namespace {

using signalling::GrtcHub;

/// The sum over all hubs of what `count` reads of one.
std::function<double()> over(const Hubs& hubs, std::function<std::uint64_t(const GrtcHub&)> count) {
  return [hubs, count = std::move(count)] {
    std::uint64_t sum = 0;
    for (const GrtcHub* hub : hubs) sum += count(*hub);
    return static_cast<double>(sum);
  };
}

void publish_traffic(ops::Metrics& metrics, const Hubs& hubs) {
  const char* messages = "WebSocket messages";
  const char* bytes = "Bytes of WebSocket frames";
  metrics.counter("grtc_messages_total", messages, {{"protocol", "grtc.v1"}, {"direction", "in"}},
                  over(hubs, [](const GrtcHub& hub) { return hub.traffic().messages_in.value(); }));
  metrics.counter("grtc_messages_total", messages, {{"protocol", "grtc.v1"}, {"direction", "out"}},
                  over(hubs, [](const GrtcHub& hub) { return hub.traffic().messages_out.value(); }));
  metrics.counter("grtc_bytes_total", bytes, {{"protocol", "grtc.v1"}, {"direction", "in"}},
                  over(hubs, [](const GrtcHub& hub) { return hub.traffic().bytes_in.value(); }));
  metrics.counter("grtc_bytes_total", bytes, {{"protocol", "grtc.v1"}, {"direction", "out"}},
                  over(hubs, [](const GrtcHub& hub) { return hub.traffic().bytes_out.value(); }));
  metrics.histogram("grtc_relay_latency_seconds", "From reading a message to having written it", {}, [hubs] {
    ops::HistogramSnapshot all;
    for (const GrtcHub* hub : hubs) all += hub->relay_latency().snapshot();
    return all;
  });
}

void publish_sessions(ops::Metrics& metrics, const Hubs& hubs) {
  metrics.gauge("grtc_rooms", "Rooms", {}, over(hubs, [](const GrtcHub& hub) { return hub.room_count(); }));
  metrics.gauge("grtc_peers", "Sessions in rooms, also those that may resume", {},
                over(hubs, [](const GrtcHub& hub) { return hub.peer_count(); }));
  metrics.counter("grtc_joins_total", "Sessions begun", {},
                  over(hubs, [](const GrtcHub& hub) { return hub.counters().joins.value(); }));
  metrics.counter("grtc_resumes_total", "Sessions resumed", {},
                  over(hubs, [](const GrtcHub& hub) { return hub.counters().resumes.value(); }));
  metrics.counter("grtc_failed_resumes_total", "Resumes that became a new session", {},
                  over(hubs, [](const GrtcHub& hub) { return hub.counters().failed_resumes.value(); }));
  metrics.counter("grtc_queue_overflows_total", "Sessions ended because their queue was full", {},
                  over(hubs, [](const GrtcHub& hub) { return hub.counters().overflows.value(); }));
  metrics.counter("grtc_throttled_total", "Times that a client was not read from because of MESSAGE_RATE",
                  {{"protocol", "grtc.v1"}},
                  over(hubs, [](const GrtcHub& hub) { return hub.counters().throttled.value(); }));
  metrics.counter("grtc_errors_total", "`error` frames sent", {},
                  over(hubs, [](const GrtcHub& hub) { return hub.counters().errors.value(); }));
}

}  // namespace

void publish_signalling(ops::Metrics& metrics, const Hubs& hubs) {
  metrics.gauge("grtc_connections", "Open WebSockets", {{"protocol", "grtc.v1"}}, over(hubs, [](const GrtcHub& hub) {
                  const std::uint64_t closed = hub.traffic().closed.value();  // first: it is never ahead of the other
                  return hub.traffic().opened.value() - closed;
                }));
  publish_sessions(metrics, hubs);
  publish_traffic(metrics, hubs);
}

void publish_cluster(ops::Metrics& metrics, const std::vector<cluster::SharedRooms*>& rooms) {
  if (rooms.empty()) return;
  const auto sum = [&rooms](core::Counter cluster::ClusterCounters::*which) {
    return [rooms, which] {
      std::uint64_t all = 0;
      for (const cluster::SharedRooms* one : rooms) all += (one->counters().*which).value();
      return static_cast<double>(all);
    };
  };
  metrics.gauge("grtc_bus_reachable", "1 while Redis answers this replica", {}, [rooms] {
    const bool all =
        std::all_of(rooms.begin(), rooms.end(), [](const auto* one) { return one->counters().reachable.value() == 1; });
    return all ? 1.0 : 0.0;
  });
  metrics.counter("grtc_bus_published_total", "Changes of shared rooms that Redis carried out for this replica", {},
                  sum(&cluster::ClusterCounters::published));
  metrics.counter("grtc_bus_received_total", "What this replica heard of shared rooms, its own included", {},
                  sum(&cluster::ClusterCounters::received));
  metrics.counter("grtc_bus_refused_total", "Changes that Redis refused: its memory is full", {},
                  sum(&cluster::ClusterCounters::refused));
  metrics.gauge("grtc_bus_held", "Changes that wait for Redis, or to be heard back from it", {},
                sum(&cluster::ClusterCounters::held));
  metrics.counter("grtc_bus_disconnects_total", "How often Redis was lost", {},
                  sum(&cluster::ClusterCounters::disconnects));
  metrics.counter("grtc_bus_lost_replicas_total", "Other replicas that went without a word", {},
                  sum(&cluster::ClusterCounters::lost_replicas));
  metrics.histogram("grtc_bus_round_trip_seconds", "From asking Redis to its answer", {}, [rooms] {
    ops::HistogramSnapshot all;
    for (const cluster::SharedRooms* one : rooms) all += one->round_trip().snapshot();
    return all;
  });
}

void publish_feed(ops::Metrics& metrics, const items::Feed& feed) {
  metrics.gauge("grtc_feed_listeners", "Open item event streams", {},
                [&feed] { return static_cast<double>(feed.listeners()); });
}

void publish_program(ops::Metrics& metrics, const ops::Log& log) {
  metrics.gauge("grtc_build_info", "1, with the version", {{"version", std::string(ops::version())}},
                [] { return 1.0; });
  metrics.counter("grtc_log_dropped_total", "Log lines lost because nobody read them in time", {},
                  [&log] { return static_cast<double>(log.dropped()); });
  ops::publish_process_metrics(metrics);
}

}  // namespace grtc::app
