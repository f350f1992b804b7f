#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/problem.hpp"
#include "http/options.hpp"
#include "http/router.hpp"
#include "net/io_thread.hpp"
#include "net/listener.hpp"
#include "net/tls_context.hpp"

namespace grtc::http {

class Lane;
struct Site;

/// The HTTP side of gRTC: one listener an I/O thread, all of one port.
/// Thread: opened and destroyed while the loops don't run; the rest from any thread.
class Server {
  struct Opening {};

 public:
  /// Binds and listens on each of `threads` (at least one); they outlive the server, and their loops need not run yet.
  /// @param tls  null: plain HTTP
  /// @return the sentence why not ("PORT=8001 on HOST=0.0.0.0: Address already in use")
  [[nodiscard]] static core::Result<std::unique_ptr<Server>> open(std::span<net::IoThread* const> threads,
                                                                  std::shared_ptr<const Router> router, Options options,
                                                                  std::shared_ptr<net::TlsContext> tls);
  explicit Server(Opening /*only open() has one*/) {}
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server();

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  /// Open HTTP connections; those that a door took are not ours any more.
  [[nodiscard]] std::size_t sockets() const noexcept;

  /// New connections use `tls`; those that are open keep theirs.
  void reload_tls(std::shared_ptr<net::TlsContext> tls);

  /// From now on answers close their connection and doors refuse with 503, but newcomers are still told so.
  void announce_drain();
  /// The same, and: stops accepting, closes idle connections, ends event streams. Running requests are answered.
  void drain();

 private:
  void accept(const std::shared_ptr<Lane>& lane, net::Accepted accepted);

  std::shared_ptr<Site> site_;
  std::vector<std::shared_ptr<Lane>> lanes_;
  std::vector<std::unique_ptr<net::Listener>> listeners_;
  std::atomic<std::shared_ptr<net::TlsContext>> tls_;
  std::uint16_t port_ = 0;
};

}  // namespace grtc::http
