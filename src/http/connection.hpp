#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "http/event_stream.hpp"
#include "http/exchange.hpp"
#include "http/lane.hpp"
#include "http/request_parser.hpp"
#include "http/routing.hpp"
#include "http/write_queue.hpp"
#include "net/listener.hpp"
#include "net/socket.hpp"

namespace grtc::http {

/// One HTTP/1.1 connection: reads requests, has them answered one after the other, writes the answers of one loop turn
/// in one go. Alive while a wait, an exchange or a stream holds it. Idle it owns its socket and no buffer.
/// Thread: its lane's.
class Connection final : public Waiting, public net::ReadyHandler, public std::enable_shared_from_this<Connection> {
 public:
  /// @param tls  null: plain
  Connection(std::shared_ptr<Lane> lane, net::Accepted accepted, SSL_CTX* tls);
  ~Connection() override;
  void start();

  [[nodiscard]] Lane& lane() noexcept { return *lane_; }

  // For its exchange:
  void answer(Exchange& exchange, Response response);
  // For its stream:
  bool send_event(std::shared_ptr<const std::string> bytes);
  [[nodiscard]] std::size_t queued() const noexcept { return out_.bytes(); }
  void end_stream();
  // For its lane:
  void expire(Wait why);
  void drain();
  void flush_now();

 private:
  enum class State : std::uint8_t {
    reading,    ///< for the next request, or the rest of one
    waiting,    ///< for its answer: nothing is read meanwhile
    upgrading,  ///< once all is written, the socket goes to a door
    streaming,  ///< events; what the client sends is dropped
    finishing,  ///< once all is written, we close
    lingering,  ///< our side is closed, the client's not yet
    closed,
  };
  struct PendingUpgrade {
    const Door* door;
    std::shared_ptr<Exchange> exchange;
    std::string early;
    std::shared_ptr<void> ticket;
  };

  // Reading.
  void arm_readable();
  void arm_writable();
  void on_readable() override;
  void on_writable() override;
  void go_on_reading();
  void read_requests();
  void read_and_drop();
  void on_end();
  // Requests.
  void drive(std::string_view fresh);
  void step(RequestParser::Step step, std::string_view& left);
  void on_head(std::string_view& left);
  void dispatch();
  void refuse(core::Problem problem);
  [[nodiscard]] std::shared_ptr<Exchange> begin_exchange();
  void open_door(const Door& door, std::string_view& left);
  void hand_over();
  // Answers.
  void respond(const Exchange& exchange, Response&& response);
  void start_stream(const Response& response);
  void observe(const Exchange& exchange, std::uint16_t status, std::size_t body_bytes) const;
  // What comes next.
  void settle();
  [[nodiscard]] bool flush();
  void park();
  void linger();
  void close();

  const std::shared_ptr<Lane> lane_;
  net::Socket socket_;
  Remote remote_;
  State state_ = State::reading;
  bool read_armed_ = false;
  bool write_armed_ = false;
  bool read_when_writable_ = false;  ///< a TLS read waits to write
  bool driving_ = false;             ///< inside drive(): answers don't start another one
  bool stalled_ = false;             ///< requests wait in pending_ until the client has read answers
  bool unread_ = false;              ///< reading stopped before the socket said that it is empty
  bool flush_asked_ = false;
  bool used_ = false;  ///< there was a request
  WriteQueue out_;
  std::string pending_;  ///< bytes that no parser has eaten yet
  std::unique_ptr<RequestParser> parser_;
  std::unique_ptr<PendingUpgrade> upgrade_;
  std::weak_ptr<ConnectionStream> stream_;
};

}  // namespace grtc::http
