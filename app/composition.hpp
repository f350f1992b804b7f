#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "app/dialects.hpp"
#include "app/hub_directory.hpp"
#include "app/ice_monitor.hpp"
#include "app/io_threads.hpp"
#include "cluster/shared_rooms.hpp"
#include "core/time.hpp"
#include "http/server.hpp"
#include "items/feed.hpp"
#include "items/item_store.hpp"
#include "ops/http_metrics.hpp"
#include "ops/ice.hpp"
#include "ops/log.hpp"
#include "ops/metrics.hpp"
#include "ops/rate_table.hpp"
#include "ops/settings.hpp"
#include "routes/service_routes.hpp"
#include "signalling/census.hpp"
#include "signalling/grtc_door.hpp"
#include "signalling/grtc_hub.hpp"

namespace grtc::app {

/// The whole server, put together by hand: the only place that knows all parts. Thread: the main one.
class Composition {
  struct Making {};

 public:
  /// Opens the database and the port. The loops don't run yet.
  /// @param settings, log  outlive it
  /// @return the one line that stops the start
  [[nodiscard]] static core::Result<std::unique_ptr<Composition>> make(const ops::Settings& settings,
                                                                       const std::string& instance, ops::Log& log);
  Composition(Making, const ops::Settings& settings, const std::string& instance, ops::Log& log);
  Composition(const Composition&) = delete;
  Composition& operator=(const Composition&) = delete;
  ~Composition() = default;

  /// What of the settings is rarely meant: for the log.
  [[nodiscard]] const std::vector<std::string>& warnings() const noexcept { return warnings_; }
  /// The other protocols that are served; empty: none.
  [[nodiscard]] std::string other_protocols() const { return dialects_->summary(); }
  /// From here on it serves.
  void start();
  [[nodiscard]] std::uint16_t port() const noexcept { return server_->port(); }
  /// Takes up a new certificate; keeps the old one, and says so, when it is broken.
  void reload_tls();
  /// Tells everyone to come back later: `/ready` says so, newcomers are refused, WebSockets are closed one after the
  /// other within DRAIN_SECONDS. `drained` runs once on an I/O thread when the last one is closed.
  void drain(std::function<void()> drained);
  /// Stops listening and ends what HTTP connections wait for. Requests that run are still answered.
  void close_http() { server_->drain(); }
  [[nodiscard]] bool has_http() const noexcept { return server_->sockets() > 0; }
  /// Ends the loops and keeps the sessions for the next start.
  void stop();

 private:
  [[nodiscard]] core::Result<void> assemble();
  [[nodiscard]] core::Result<void> open_store();
  [[nodiscard]] core::Result<void> open_server();
  [[nodiscard]] core::Result<void> read_redis();
  void make_hubs();
  void restore_sessions();
  void restore_letters();
  void save_sessions();
  [[nodiscard]] core::Result<std::shared_ptr<http::Router>> make_router();
  void add_ice_routes(http::Router& router);
  void add_service_routes(http::Router& router);
  [[nodiscard]] routes::Readiness readiness();
  [[nodiscard]] bool reaches_replicas() const;
  void publish_metrics(const http::Router& router);
  void observe(const http::Observation& seen);
  [[nodiscard]] std::string_view door_pattern(std::string_view path) const;
  [[nodiscard]] http::Door make_door();
  [[nodiscard]] bool may_join(const http::Request& request);

  // Below, each is destroyed before those above it, which it uses.
  const ops::Settings& settings_;
  ops::Log& log_;
  const core::TimePoint started_at_;
  std::atomic<routes::Readiness> readiness_{routes::Readiness::starting};
  std::atomic<bool> has_met_replicas_{false};  ///< or has waited long enough for them
  ops::RateTable join_rate_;
  std::atomic<std::uint64_t> untrusted_forwards_{0};
  signalling::GrtcOptions hub_options_;
  std::shared_ptr<signalling::Census> census_;
  ops::Metrics metrics_;
  std::vector<std::string> warnings_;
  std::unique_ptr<ops::IceServers> ice_;
  std::unique_ptr<ops::HttpMetrics> http_metrics_;
  IoThreads io_;
  std::unique_ptr<items::ItemStore> store_;
  std::unique_ptr<items::Feed> feed_;
  std::unique_ptr<cluster::ClusterOptions> cluster_options_;  ///< nothing: this server stands alone
  std::vector<cluster::SharedRooms*> shared_rooms_;           ///< one a hub, which owns it
  std::vector<std::unique_ptr<signalling::GrtcHub>> hubs_;
  std::vector<signalling::GrtcHub*> hub_pointers_;
  std::unique_ptr<PeerDirectory> directory_;
  std::unique_ptr<signalling::GrtcDoor> door_;
  std::unique_ptr<Dialects> dialects_;
  std::vector<std::string> doors_;  ///< their paths
  std::unique_ptr<http::Server> server_;
  std::unique_ptr<IceMonitor> ice_monitor_;  ///< nothing: TURN_CHECK_S is 0
};

}  // namespace grtc::app
