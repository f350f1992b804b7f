#pragma once
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/event_log.hpp"
#include "net/socket.hpp"
#include "net/ws_loop.hpp"
#include "net/ws_reader.hpp"

namespace grtc::net {

/// One WebSocket: bytes in become messages, what is queued goes out. Dialects derive from it.
///
/// Out: small frames of its own (welcome, pong, close) and the events of the attached session's log, which it sends
/// from where they are stored. Nothing is written before the end of the loop turn, then all of it in one call.
/// Idle it owns no buffer. Lives in a shared_ptr; its waits keep it alive. Thread: its WsLoop's.
class WsConnection : public ReadyHandler, public std::enable_shared_from_this<WsConnection> {
 public:
  WsConnection(WsLoop& loop, RawSocket socket, std::size_t max_message);
  WsConnection(const WsConnection&) = delete;
  WsConnection& operator=(const WsConnection&) = delete;
  ~WsConnection() override;

  /// Queues the answer to the upgrade request and begins to read.
  /// @param early  bytes that came behind the request's head
  void start(std::string_view handshake, std::string early);

  /// Writes what waits, as far as the socket takes it.
  void flush();
  /// Starts the closing handshake; gives the other side 2 s to finish it. What waits in the log is not sent.
  void close(std::uint16_t code, std::string_view reason);
  /// Closes the socket now.
  void abort();

 protected:
  /// Queues whole frames; they leave before the log's events.
  void send_frames(std::string_view frames);
  void send_text(std::string_view text);
  void send_ping();
  /// From now on the events of `log` are sent; nullptr: no more. The log must outlive this or be detached.
  void attach(core::EventLog* log);
  /// The events that wait in the log leave ahead of what is queued from now on; the log takes them for written.
  void send_log();
  /// There is something to write at the end of this turn.
  void touch();
  /// Takes no further message until `wait` is over; what was read already then comes first.
  void pause_reading(std::chrono::milliseconds wait);
  /// Ends a pause before its time, in a later turn.
  void resume_reading();
  [[nodiscard]] bool is_paused() const noexcept;
  [[nodiscard]] bool is_open() const noexcept { return state_ == State::open; }
  [[nodiscard]] WsLoop& loop() noexcept { return loop_; }

  /// Our close frame comes next: the last occasion to queue something.
  virtual void on_closing() {}
  /// A whole text message, valid UTF-8, good until it returns.
  virtual void on_text(std::string_view message) = 0;
  /// A whole binary message, good until it returns.
  virtual void on_binary(std::string_view message) = 0;
  virtual void on_pong() = 0;
  virtual void on_ping_sent() = 0;
  /// Two pings in a row were not answered. It should close.
  virtual void on_silent() = 0;
  /// The socket is read empty and all of it was taken: this client sends no faster than it may.
  virtual void on_caught_up() = 0;
  /// Once, when the other side has closed or the connection broke: the code it gave; 1005 when its close frame had
  /// none; 1006 when there was no close frame or it broke the protocol. Not after close() or abort() of ours.
  virtual void on_ended(std::uint16_t code) = 0;
  /// Once, whoever closed: the last call.
  virtual void on_socket_closed() = 0;

 private:
  friend class WsLoop;
  struct Pause;
  /// deaf: closing after bytes that were no WebSocket, so what follows is read and thrown away.
  enum class State : std::uint8_t { open, closing, deaf, closed };

  void on_readable() final;
  void on_writable() final;
  void wait_readable();
  void read();
  void read_later();
  void caught_up();
  void take(std::span<char> bytes);
  void process(std::span<char>& bytes);
  [[nodiscard]] bool may_read() const noexcept;
  void handle(const WsEvent& event);
  void handle_close(std::string_view payload);
  void begin_closing(std::string_view close_frame);
  void end(std::uint16_t code);
  void heartbeat();
  void stop_heartbeat();
  void answer_ping();

  [[nodiscard]] bool has_output() const noexcept;
  [[nodiscard]] std::size_t gather(std::span<iovec> parts) const;
  void consume(std::size_t bytes);
  void wait_writable();

  WsLoop& loop_;
  Socket socket_;
  WsReader reader_;
  std::string pending_;  ///< read, but not a whole frame yet, or not to be taken yet
  std::string control_;  ///< own frames that wait
  std::size_t control_sent_ = 0;
  core::EventLog* log_ = nullptr;
  core::SharedFrame partial_;  ///< an event of which only a part has left: it has to be finished
  std::size_t partial_sent_ = 0;
  std::optional<std::string> pong_;  ///< answer to the latest ping
  std::unique_ptr<Pause> pause_;
  std::list<WsLoop::Beat>::iterator beat_;
  State state_ = State::open;
  std::uint8_t unanswered_ = 0;
  bool beating_ = false;
  bool dirty_ = false;
  bool blocked_ = false;         ///< waits for the socket to take more
  bool reading_ = false;         ///< a wait for readability is under way
  bool close_on_flush_ = false;  ///< both close frames are exchanged: the socket goes when ours has left
};

}  // namespace grtc::net
