#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/dialect_directory.hpp"
#include "cluster/shared_rooms.hpp"
#include "core/problem.hpp"
#include "http/options.hpp"
#include "http/router.hpp"
#include "net/io_thread.hpp"
#include "ops/log.hpp"
#include "ops/metrics.hpp"
#include "ops/settings.hpp"
#include "routes/rooms_routes.hpp"
#include "signalling/peerjs_door.hpp"
#include "signalling/peerjs_hub.hpp"
#include "signalling/topic_board.hpp"
#include "signalling/topic_door.hpp"

namespace grtc::app {

/// The protocols of COMPAT, put together: for each its hubs, one a thread, and its doors. Thread: the main one.
class Dialects {
 public:
  /// @param settings, loops, log  outlive it
  /// @param cluster  how replicas share topics; null: this server stands alone. Outlives it
  Dialects(const ops::Settings& settings, const std::vector<net::IoThread*>& loops, ops::Log& log,
           const cluster::ClusterOptions* cluster);

  /// Before the server is opened.
  void add_doors(std::vector<http::Door>& doors);
  /// After all other routes.
  /// @return the line that stops the start: a path or key of PeerJS would hide a path of gRTC's own
  [[nodiscard]] core::Result<void> add_routes(http::Router& router);
  [[nodiscard]] std::vector<routes::OtherRooms> rooms();
  void publish(ops::Metrics& metrics) const;
  /// What is served and what it takes to use it, for the start's log.
  [[nodiscard]] std::string summary() const;

  /// How often drain() will call `one_done`.
  [[nodiscard]] std::size_t hubs() const noexcept { return hubs_.size(); }
  void drain(std::chrono::milliseconds over, const std::function<void()>& one_done);

  /// The letters that wait, for the next start. The loops have ended.
  [[nodiscard]] std::vector<core::SavedLetter> save();
  /// Before the loops run. Letters of keys that are gone are dropped.
  void restore(std::vector<core::SavedLetter> letters);

 private:
  struct Topics {
    std::unique_ptr<signalling::TopicDialect> dialect;
    signalling::TopicOptions options;
    std::vector<std::unique_ptr<signalling::TopicBoard>> boards;
    std::unique_ptr<signalling::TopicDoor> door;
    std::unique_ptr<TopicDirectory> directory;
    std::string path;
  };
  void make_peerjs(const std::vector<net::IoThread*>& loops);
  void make_topics(std::string path, std::unique_ptr<signalling::TopicDialect> dialect, std::string_view protocol,
                   const std::vector<net::IoThread*>& loops);

  const ops::Settings& settings_;
  ops::Log& log_;
  const cluster::ClusterOptions* cluster_;
  std::shared_ptr<const http::AllowedOrigins> origins_;
  signalling::PeerjsOptions peerjs_options_;
  std::vector<std::unique_ptr<signalling::PeerjsHub>> peerjs_;
  std::vector<signalling::PeerjsHub*> peerjs_pointers_;
  std::unique_ptr<signalling::PeerjsDoor> peerjs_door_;
  std::unique_ptr<PeerjsDirectory> peerjs_directory_;
  std::vector<std::unique_ptr<Topics>> topics_;
  std::vector<signalling::CompatHub*> hubs_;  ///< all of the above
};

}  // namespace grtc::app
