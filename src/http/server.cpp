#include "http/server.hpp"

#include <unistd.h>
#include <utility>

#include "http/connection.hpp"
#include "http/lane.hpp"

namespace grtc::http {

core::Result<std::unique_ptr<Server>> Server::open(std::span<net::IoThread* const> threads,
                                                   std::shared_ptr<const Router> router, Options options,
                                                   std::shared_ptr<net::TlsContext> tls) {
  auto server = std::make_unique<Server>(Opening{});
  server->site_ = std::make_shared<Site>(std::move(options), std::move(router));
  server->tls_ = std::move(tls);
  server->port_ = server->site_->options.port;
  for (net::IoThread* thread : threads) {
    auto lane = std::make_shared<Lane>(*thread, server->site_);
    auto listener = net::Listener::open(
        *thread, server->site_->options.host, server->port_,
        [raw = server.get(), lane](net::Accepted accepted) { raw->accept(lane, std::move(accepted)); });
    if (!listener) return listener.error();
    server->port_ = (*listener)->port();
    server->listeners_.push_back(std::move(*listener));
    thread->every_tick([lane](core::TimePoint now) { lane->expire(now); });
    server->lanes_.push_back(std::move(lane));
  }
  return server;
}

Server::~Server() {
  for (const auto& lane : lanes_) lane->stop();
}

std::size_t Server::sockets() const noexcept {
  return site_->sockets.load();
}

void Server::reload_tls(std::shared_ptr<net::TlsContext> tls) {
  tls_ = std::move(tls);
}

void Server::accept(const std::shared_ptr<Lane>& lane, net::Accepted accepted) {
  if (site_->sockets.load() >= site_->options.max_sockets) {
    ::close(accepted.fd);
    return;
  }
  lane->io.update_now();  // before the loop's first tick its time is that of its making
  // The connection takes its own reference of the context (SSL_new does): a reload frees nothing under it.
  const auto tls = tls_.load();
  std::make_shared<Connection>(lane, std::move(accepted), tls ? tls->native() : nullptr)->start();
}

void Server::announce_drain() {
  for (const auto& lane : lanes_) lane->io.post([lane] { lane->announce_drain(); });
}

void Server::drain() {
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    lanes_[i]->io.post([lane = lanes_[i], listener = listeners_[i].get()] {
      listener->close();
      lane->drain();
    });
  }
}

}  // namespace grtc::http
