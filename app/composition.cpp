#include "app/composition.hpp"

#include <algorithm>
#include <chrono>

#include "app/item_store.hpp"
#include "app/serve_options.hpp"
#include "app/server_metrics.hpp"
#include "app/shared_directory.hpp"
#include "http/static_files.hpp"
#include "ops/version.hpp"
#include "routes/ice_routes.hpp"
#include "routes/items_routes.hpp"
#include "routes/openapi.hpp"
#include "routes/room_count_route.hpp"
#include "routes/rooms_routes.hpp"
#include "signalling/letter_file.hpp"
#include "signalling/session_file.hpp"

namespace grtc::app {
namespace {

using core::Result;
using ops::IceServers;

constexpr std::string_view kDoorPrefix = "/ws/";
/// How the doors stand in metrics, where a path that clients make up must not.
constexpr std::string_view kDoorPattern = "/ws/{room}";
/// Addresses whose joins are counted at once: about 3 MB at most.
constexpr std::size_t kMaxJoinAddresses = 32768;
/// Older sessions are not worth restoring: their clients have begun anew.
constexpr std::chrono::minutes kMaxSessionAge{5};
/// One that starts takes no work before it has reached Redis once; or this long, as items and the page need no Redis.
constexpr std::chrono::seconds kMaxWaitForReplicas{5};

core::WallTime wall_now() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

core::TimePoint steady_now() {
  return std::chrono::steady_clock::now();
}

}  // namespace

Result<std::unique_ptr<Composition>> Composition::make(const ops::Settings& settings, const std::string& instance,
                                                       ops::Log& log) {
  auto made = std::make_unique<Composition>(Making(), settings, instance, log);
  if (const auto assembled = made->assemble(); !assembled) return assembled.error();
  return made;
}

Composition::Composition(Making /*only make() has one*/, const ops::Settings& settings, const std::string& instance,
                         ops::Log& log)
    : settings_(settings),
      log_(log),
      started_at_(steady_now()),
      join_rate_(static_cast<double>(settings.integer("JOIN_RATE")),
                 2 * static_cast<double>(settings.integer("JOIN_RATE")), kMaxJoinAddresses),
      hub_options_(hub_options(settings, instance)),
      census_(
          std::make_shared<signalling::Census>(static_cast<std::size_t>(settings.integer("MAX_CONNECTIONS")),
                                               static_cast<std::size_t>(settings.integer("MAX_CONNECTIONS_PER_IP")))),
      io_(thread_count(settings), busy_poll(settings)) {}

Result<void> Composition::assemble() {
  auto ice = ops::IceConfig::read(settings_);
  if (!ice) return ice.error();
  warnings_ = ice->warnings;
  const auto check_every = settings_.seconds("TURN_CHECK_S");
  if (check_every.count() > 0) ice_monitor_ = std::make_unique<IceMonitor>(*ice, check_every, log_);
  ice_ = std::make_unique<IceServers>(*std::move(ice));
  if (auto read = read_redis(); !read) return read;
  if (auto opened = open_store(); !opened) return opened;
  make_hubs();
  dialects_ = std::make_unique<Dialects>(settings_, io_.loops(), log_, cluster_options_.get());
  if (auto opened = open_server(); !opened) return opened;
  // Only now: a start that failed at the port must leave them to the server that has it.
  restore_sessions();
  restore_letters();
  return {};
}

Result<void> Composition::open_store() {
  auto store = open_item_store(settings_, log_, metrics_);
  if (!store) return store.error();
  store_ = *std::move(store);
  items::FeedOptions feed;
  feed.every_tick = [](core::Executor& on, std::function<void(core::TimePoint)> tick) {
    static_cast<net::IoThread&>(on).every_tick(std::move(tick));  // all executors here are I/O threads
  };
  feed_ = std::make_unique<items::Feed>(*store_, std::move(feed));
  return {};
}

Result<void> Composition::read_redis() {
  if (!settings_.has("REDIS_URL")) return {};
  auto target = redis::Target::parse(settings_.text("REDIS_URL"));
  if (!target) return core::Problem{core::Code::bad_request, "REDIS_URL=(hidden): " + target.error().sentence, {}, 0};
  cluster_options_ = std::make_unique<cluster::ClusterOptions>();
  cluster_options_->target = *std::move(target);
  cluster_options_->client.timeout = std::chrono::milliseconds(settings_.integer("REDIS_TIMEOUT_MS"));
  cluster_options_->limits = hub_options_.limits;
  cluster_options_->report = [this](const std::string& sentence) { log_.warning(sentence); };
  cluster_options_->instance = hub_options_.instance;
  cluster_options_->heartbeat = hub_options_.heartbeat;
  return {};
}

void Composition::make_hubs() {
  hub_options_.ice_servers = [this](std::string_view /*room*/, std::string_view peer_id,
                                    std::optional<core::WallTime> proof) {
    return ice_->issue(peer_id, wall_now(), proof, IceServers::Via::welcome).ice_servers;
  };
  for (net::IoThread* io : io_.loops()) {
    std::unique_ptr<signalling::RoomKeeper> keeper;
    if (cluster_options_) {
      auto shared = std::make_unique<cluster::SharedRooms>(*io, *cluster_options_);
      shared_rooms_.push_back(shared.get());
      keeper = std::move(shared);
    }
    hubs_.push_back(std::make_unique<signalling::GrtcHub>(*io, hub_options_, std::move(keeper)));
    hub_pointers_.push_back(hubs_.back().get());
  }
  if (shared_rooms_.empty()) {
    directory_ = std::make_unique<HubDirectory>(hub_pointers_);
  } else {
    directory_ = std::make_unique<SharedDirectory>(shared_rooms_);
  }
  signalling::DoorOptions door;
  door.room_token_secret = settings_.text("ROOM_TOKEN_SECRET");
  door.may_join = [this](const http::Request& request) { return may_join(request); };
  door_ = std::make_unique<signalling::GrtcDoor>(std::move(door), hub_pointers_);
}

bool Composition::may_join(const http::Request& request) {
  // The machine itself (tests, load generators, a proxy that tells no address) would be one client of many.
  if (request.loopback && !request.header("x-forwarded-for")) return true;
  return join_rate_.take(ops::rate_key(request.client), steady_now()) == 0;
}

Result<void> Composition::open_server() {
  auto options = http_options(settings_);
  if (!options) return options.error();
  options->enter = [this](const std::string& address) { return census_->enter(address); };
  options->observer = [this](const http::Observation& seen) { observe(seen); };
  options->untrusted_forward = [this](const std::string& address) {
    if (untrusted_forwards_.fetch_add(1) > 0) return;
    log_.warning("X-Forwarded-For from an address that is not in TRUSTED_PROXIES is not believed; told once",
                 {{"address", address}});
  };
  options->doors.push_back(make_door());
  dialects_->add_doors(options->doors);
  for (const http::Door& door : options->doors) doors_.push_back(door.path);
  auto router = make_router();
  if (!router) return router.error();
  if (const auto free = net::Listener::check_free(options->host, options->port); !free) return free.error();
  std::shared_ptr<net::TlsContext> tls;
  if (settings_.has("TLS_CERT")) {
    auto loaded = net::TlsContext::load(settings_.text("TLS_CERT"), settings_.text("TLS_KEY"));
    if (!loaded) return loaded.error();
    tls = *std::move(loaded);
  }
  auto server = http::Server::open(io_.loops(), *std::move(router), *std::move(options), std::move(tls));
  if (!server) return server.error();
  server_ = *std::move(server);
  metrics_.counter("grtc_http_untrusted_forwards_total",
                   "Requests with X-Forwarded-For from an address that is not in TRUSTED_PROXIES", {},
                   [this] { return static_cast<double>(untrusted_forwards_); });
  metrics_.gauge("grtc_http_connections", "Open HTTP connections", {},
                 [this] { return static_cast<double>(server_->sockets()); });
  return {};
}

http::Door Composition::make_door() {
  return {std::string(kDoorPrefix), [this](http::Upgrade upgrade) {
            door_->admit(std::move(upgrade.socket), *upgrade.request, std::move(upgrade.early),
                         std::move(upgrade.ticket));
          }};
}

Result<std::shared_ptr<http::Router>> Composition::make_router() {
  auto router = std::make_shared<http::Router>();
  routes::add_items_routes(*router, {*store_, *feed_, settings_.text("ITEMS_TOKEN")});
  routes::add_rooms_routes(*router, {settings_.text("ADMIN_TOKEN"), settings_.production()}, *directory_,
                           dialects_->rooms());
  routes::add_room_count_route(*router, *directory_, settings_.text("ROOM_TOKEN_SECRET"), wall_now);
  add_ice_routes(*router);
  add_service_routes(*router);
  routes::add_openapi_route(*router);
  http::add_static_routes(*router, settings_.text("WEB_ROOT"));
  if (auto added = dialects_->add_routes(*router); !added) return added.error();
  publish_metrics(*router);
  return router;
}

void Composition::add_ice_routes(http::Router& router) {
  routes::add_ice_routes(
      router, metrics_,
      {.servers = *ice_,
       .log = log_,
       .room_token_secret = settings_.text("ROOM_TOKEN_SECRET"),
       .admin_token = settings_.text("ADMIN_TOKEN"),
       .production = settings_.production(),
       .per_minute = static_cast<std::uint32_t>(settings_.integer("ICE_RATE")),
       .find_live_peer =
           [this](std::string token, core::Executor& on, std::function<void(std::optional<routes::LivePeer>)> done) {
             directory_->find_session(std::move(token), on, std::move(done));
           },
       .wall_clock = wall_now,
       .clock = steady_now});
}

void Composition::add_service_routes(http::Router& router) {
  const auto sum = [this](std::uint64_t (signalling::GrtcHub::*count)() const) {
    return [this, count] {
      std::uint64_t all = 0;
      for (const auto& hub : hubs_) all += (hub.get()->*count)();
      return all;
    };
  };
  std::function<bool()> replicas_reachable;
  if (!shared_rooms_.empty()) replicas_reachable = [this] { return reaches_replicas(); };
  routes::add_service_routes(router, {.version = std::string(ops::version()),
                                      .environment = settings_.text("ENVIRONMENT"),
                                      .started_at = started_at_,
                                      .clock = steady_now,
                                      .database_readable = [this] { return store_->readable(); },
                                      .replicas_reachable = std::move(replicas_reachable),
                                      .rooms = sum(&signalling::GrtcHub::room_count),
                                      .peers = sum(&signalling::GrtcHub::peer_count),
                                      .readiness = [this] { return readiness(); },
                                      .metrics = metrics_});
}

routes::Readiness Composition::readiness() {
  const routes::Readiness state = readiness_;
  if (state != routes::Readiness::ready || has_met_replicas_) return state;
  if (!reaches_replicas() && steady_now() < started_at_ + kMaxWaitForReplicas) return routes::Readiness::starting;
  has_met_replicas_ = true;
  return state;
}

bool Composition::reaches_replicas() const {
  return std::all_of(shared_rooms_.begin(), shared_rooms_.end(),
                     [](const cluster::SharedRooms* rooms) { return rooms->counters().reachable.value() == 1; });
}

void Composition::publish_metrics(const http::Router& router) {
  std::vector<ops::HttpMetrics::Route> routes;
  for (const std::string& door : doors_) routes.push_back({"GET", std::string(door_pattern(door))});
  for (const http::Route& route : router.routes()) {
    routes.push_back({std::string(http::name_of(route.method)), route.pattern});
  }
  http_metrics_ = std::make_unique<ops::HttpMetrics>(std::move(routes));
  http_metrics_->publish(metrics_);
  ice_->publish(metrics_);
  if (ice_monitor_) ice_monitor_->publish(metrics_);
  publish_signalling(metrics_, hub_pointers_);
  publish_cluster(metrics_, shared_rooms_);
  dialects_->publish(metrics_);
  publish_feed(metrics_, *feed_);
  publish_program(metrics_, log_);
}

std::string_view Composition::door_pattern(std::string_view path) const {
  for (const std::string& door : doors_) {
    if (http::Door{door, {}}.leads(path)) return door == kDoorPrefix ? kDoorPattern : std::string_view(door);
  }
  return {};
}

void Composition::observe(const http::Observation& seen) {
  const std::string& path = seen.request.path;
  const std::string_view route = seen.route.empty() ? door_pattern(path) : seen.route;
  const std::string_view method = http::name_of(seen.request.method);
  const double seconds = static_cast<double>(seen.took.count()) / 1e6;
  http_metrics_->count(method, route, seen.status, seconds);
  if (!seen.error.empty()) {
    log_.error("a request failed", {{"request_id", seen.request.id}, {"path", path}, {"error", seen.error}});
  }
  if (!log_.logs(ops::Level::debug)) return;
  // The path without the query, which may hold tokens.
  log_.debug("request", {{"request_id", seen.request.id},
                         {"method", method},
                         {"path", path},
                         {"status", seen.status},
                         {"ms", seconds * 1000},
                         {"bytes", seen.body_bytes},
                         {"client", seen.request.client}});
}

void Composition::start() {
  io_.start();
  if (ice_monitor_) ice_monitor_->start();
  readiness_ = routes::Readiness::ready;
}

void Composition::reload_tls() {
  if (!settings_.has("TLS_CERT")) return log_.info("SIGHUP: there is no TLS_CERT to read again");
  auto loaded = net::TlsContext::load(settings_.text("TLS_CERT"), settings_.text("TLS_KEY"));
  if (!loaded) return log_.error("the old certificate stays in use", {{"cause", loaded.error().sentence}});
  server_->reload_tls(*std::move(loaded));
  log_.info("the certificate was read again");
}

void Composition::drain(std::function<void()> drained) {
  readiness_ = routes::Readiness::draining;
  if (ice_monitor_) ice_monitor_->stop();
  server_->announce_drain();
  const auto left = std::make_shared<std::atomic<std::size_t>>(hubs_.size() + dialects_->hubs());
  const auto one_done = [left, drained = std::move(drained)] {
    if (left->fetch_sub(1) == 1) drained();
  };
  for (signalling::GrtcHub* hub : hub_pointers_) {
    hub->io().post([hub, over = settings_.seconds("DRAIN_SECONDS"), one_done] { hub->drain(over, one_done); });
  }
  dialects_->drain(settings_.seconds("DRAIN_SECONDS"), one_done);
}

void Composition::stop() {
  io_.stop();
  save_sessions();
  const auto saved = signalling::save_letters(letter_path(settings_), dialects_->save(), wall_now());
  if (!saved) log_.error("messages that wait could not be kept", {{"cause", saved.error().sentence}});
}

void Composition::restore_letters() {
  auto letters = signalling::take_letters(letter_path(settings_), wall_now());
  if (!letters) return log_.warning("messages that waited are lost", {{"cause", letters.error().sentence}});
  dialects_->restore(*std::move(letters));
}

void Composition::save_sessions() {
  if (cluster_options_) return;  // they are where any replica can resume them
  std::vector<core::SavedRoom> rooms;
  for (const auto& hub : hubs_) {
    for (core::SavedRoom& room : hub->save()) rooms.push_back(std::move(room));
  }
  if (rooms.empty() || settings_.seconds("RESUME_WINDOW_S").count() == 0) return;
  const auto saved = signalling::save_sessions(session_path(settings_), rooms, wall_now());
  if (!saved) return log_.error("the sessions could not be kept", {{"cause", saved.error().sentence}});
  log_.info("sessions kept for the next start", {{"rooms", rooms.size()}, {"sessions", *saved}});
}

void Composition::restore_sessions() {
  if (cluster_options_) return;
  auto rooms = signalling::take_sessions(session_path(settings_), wall_now(), kMaxSessionAge);
  if (!rooms) return log_.warning("the sessions of the last run are lost", {{"cause", rooms.error().sentence}});
  if (rooms->empty() || settings_.seconds("RESUME_WINDOW_S").count() == 0) return;
  for (core::SavedRoom& room : *rooms) {
    const std::size_t home = signalling::home_of(room.name, hubs_.size());
    hubs_[home]->restore(std::move(room));
  }
  log_.info("sessions of the last run may resume", {{"rooms", rooms->size()}});
}

}  // namespace grtc::app
