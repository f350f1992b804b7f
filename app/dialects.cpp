#include "app/dialects.hpp"

#include <algorithm>
#include <utility>

#include "app/dialect_metrics.hpp"
#include "app/dialect_options.hpp"
#include "cluster/shared_mail.hpp"
#include "cluster/shared_topics.hpp"
#include "routes/peerjs_routes.hpp"
#include "signalling/grtc_door.hpp"
#include "signalling/trystero_dialect.hpp"
#include "signalling/yjs_dialect.hpp"

namespace grtc::app {
namespace {

using signalling::PeerjsHub;
using signalling::TopicBoard;

/// The first part of a path: of `/api/items` it is `api`.
std::string_view first_part(std::string_view path) {
  path.remove_prefix(1);
  return path.substr(0, path.find('/'));
}

}  // namespace

Dialects::Dialects(const ops::Settings& settings, const std::vector<net::IoThread*>& loops, ops::Log& log,
                   const cluster::ClusterOptions* cluster)
    : settings_(settings), log_(log), cluster_(cluster), origins_(dialect_origins(settings)) {
  const auto wanted = settings.list("COMPAT");
  const auto has = [&](std::string_view name) { return std::find(wanted.begin(), wanted.end(), name) != wanted.end(); };
  if (has("peerjs")) make_peerjs(loops);
  const bool directed = settings.text("YJS_DIRECTED") == "on";
  if (has("y-webrtc")) {
    make_topics("/y-webrtc", std::make_unique<signalling::YjsDialect>(directed), "y-webrtc", loops);
  }
  if (has("trystero")) make_topics("/trystero", std::make_unique<signalling::TrysteroDialect>(), "trystero", loops);
}

void Dialects::make_peerjs(const std::vector<net::IoThread*>& loops) {
  fill_peerjs_options(settings_, loops.size(), peerjs_options_);
  for (net::IoThread* io : loops) {
    peerjs_.push_back(std::make_unique<PeerjsHub>(*io, peerjs_options_, log_));
    peerjs_pointers_.push_back(peerjs_.back().get());
    if (cluster_) {
      peerjs_.back()->share(std::make_unique<cluster::SharedMail>(*io, *cluster_, peerjs_.back()->mailroom(),
                                                                  peerjs_options_.mail.probe_window));
    }
    hubs_.push_back(peerjs_.back().get());
  }
  for (PeerjsHub* hub : peerjs_pointers_) hub->connect(peerjs_pointers_);
  peerjs_door_ =
      std::make_unique<signalling::PeerjsDoor>(peerjs_options_, settings_.text("ROOM_TOKEN_SECRET"), peerjs_pointers_);
  peerjs_directory_ = std::make_unique<PeerjsDirectory>(peerjs_options_, peerjs_pointers_);
}

void Dialects::make_topics(std::string path, std::unique_ptr<signalling::TopicDialect> dialect,
                           std::string_view protocol, const std::vector<net::IoThread*>& loops) {
  auto made = std::make_unique<Topics>();
  made->path = std::move(path);
  made->dialect = std::move(dialect);
  made->options = topic_options(settings_, protocol, *made->dialect);
  std::vector<TopicBoard*> boards;
  for (net::IoThread* io : loops) {
    made->boards.push_back(std::make_unique<TopicBoard>(*io, made->options, log_));
    boards.push_back(made->boards.back().get());
    if (cluster_) {
      boards.back()->share(
          std::make_unique<cluster::SharedTopics>(*io, *cluster_, std::string(made->dialect->prefix())));
    }
    hubs_.push_back(boards.back());
  }
  for (TopicBoard* board : boards) board->connect(boards);
  made->door = std::make_unique<signalling::TopicDoor>(settings_.text("ROOM_TOKEN_SECRET"), boards);
  made->directory = std::make_unique<TopicDirectory>(boards);
  topics_.push_back(std::move(made));
}

void Dialects::add_doors(std::vector<http::Door>& doors) {
  if (peerjs_door_) {
    doors.push_back({peerjs_path(settings_) + "peerjs",
                     [this](http::Upgrade upgrade) { peerjs_door_->admit(std::move(upgrade)); }, origins_});
  }
  for (const auto& topics : topics_) {
    doors.push_back({topics->path,
                     [door = topics->door.get()](http::Upgrade upgrade) { door->admit(std::move(upgrade)); },
                     origins_});
  }
}

core::Result<void> Dialects::add_routes(http::Router& router) {
  if (!peerjs_door_) return {};
  const std::string path = peerjs_path(settings_);
  const std::vector<std::string> keys = settings_.list("PEERJS_KEY");
  std::vector<std::string> own{"ws"};
  for (const auto& topics : topics_) own.emplace_back(first_part(topics->path));
  for (const http::Route& route : router.routes()) own.emplace_back(first_part(route.pattern));
  const auto hides = [&](std::string_view part) { return std::find(own.begin(), own.end(), part) != own.end(); };
  if (path != "/") {
    if (hides(first_part(path))) {
      return ops::wrong_setting("PEERJS_PATH", settings_.text("PEERJS_PATH"),
                                "must not hide gRTC's own /" + std::string(first_part(path)));
    }
  } else if (const auto bad = std::find_if(keys.begin(), keys.end(), hides); bad != keys.end()) {
    return ops::wrong_setting("PEERJS_KEY", *bad, "must not hide gRTC's own /" + *bad + " while PEERJS_PATH is /");
  }
  routes::add_peerjs_routes(
      router, {.path = path,
               .keys = keys,
               .discovery = settings_.text("PEERJS_DISCOVERY") == "on",
               // Never open without a token, as the other admin calls are in development.
               .guard = routes::AdminGuard(settings_.text("ADMIN_TOKEN"), true),
               .origins = origins_,
               .ids = [this](std::string key, core::Executor& on, std::function<void(std::vector<std::string>)> done) {
                 peerjs_directory_->ids(std::move(key), on, std::move(done));
               }});
  return {};
}

std::vector<routes::OtherRooms> Dialects::rooms() {
  std::vector<routes::OtherRooms> rooms;
  if (peerjs_directory_) rooms.push_back({"peerjs", "peerjs", peerjs_directory_.get()});
  for (const auto& topics : topics_) {
    rooms.push_back({std::string(topics->options.common.protocol), std::string(topics->dialect->prefix()),
                     topics->directory.get()});
  }
  return rooms;
}

void Dialects::publish(ops::Metrics& metrics) const {
  std::vector<const signalling::CompatHub*> peerjs(peerjs_pointers_.begin(), peerjs_pointers_.end());
  if (!peerjs.empty()) publish_dialect(metrics, "peerjs", std::move(peerjs));
  for (const auto& topics : topics_) {
    std::vector<const signalling::CompatHub*> boards;
    for (const auto& board : topics->boards) boards.push_back(board.get());
    publish_dialect(metrics, std::string(topics->options.common.protocol), std::move(boards));
  }
}

std::string Dialects::summary() const {
  std::string open;
  const auto add = [&open](std::string_view protocol, std::string_view path) {
    open.append(open.empty() ? "" : ", ").append(protocol).append(" at ").append(path);
  };
  if (peerjs_door_) add("peerjs", peerjs_path(settings_));
  for (const auto& topics : topics_) add(topics->options.common.protocol, topics->path);
  return open;
}

void Dialects::drain(std::chrono::milliseconds over, const std::function<void()>& one_done) {
  for (signalling::CompatHub* hub : hubs_) {
    hub->io().post([hub, over, one_done] { hub->drain(over, one_done); });
  }
}

std::vector<core::SavedLetter> Dialects::save() {
  std::vector<core::SavedLetter> saved;
  for (PeerjsHub* hub : peerjs_pointers_) {
    for (core::SavedLetter& letter : hub->save()) saved.push_back(std::move(letter));
  }
  return saved;
}

void Dialects::restore(std::vector<core::SavedLetter> letters) {
  if (!peerjs_door_) return;
  for (core::SavedLetter& letter : letters) {
    if (peerjs_options_.key(letter.to.substr(0, letter.to.find('/'))) == nullptr) continue;
    PeerjsHub& home = *peerjs_pointers_[signalling::home_of(letter.to, peerjs_pointers_.size())];
    home.restore(std::move(letter));
  }
}

}  // namespace grtc::app
