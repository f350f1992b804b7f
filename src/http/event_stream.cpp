#include "http/event_stream.hpp"

#include <utility>

#include "http/connection.hpp"

namespace grtc::http {

ConnectionStream::ConnectionStream(std::shared_ptr<Connection> connection) : connection_(std::move(connection)) {}

ConnectionStream::~ConnectionStream() {
  connection_->end_stream();
}

bool ConnectionStream::send(std::shared_ptr<const std::string> bytes) {
  return connection_->send_event(std::move(bytes));
}

std::size_t ConnectionStream::queued() const {
  return connection_->queued();
}

void ConnectionStream::on_close(std::function<void()> closed) {
  closed_ = std::move(closed);
  if (ended_) ended();
}

void ConnectionStream::close() {
  connection_->end_stream();
}

void ConnectionStream::ended() {
  ended_ = true;
  if (const auto closed = std::exchange(closed_, nullptr)) closed();
}

}  // namespace grtc::http
