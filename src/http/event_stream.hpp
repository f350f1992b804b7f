#pragma once
#include <functional>
#include <memory>
#include <string>

#include "http/message.hpp"

namespace grtc::http {

class Connection;

/// A connection that has become a `text/event-stream`. Letting go of it ends the stream after what is queued.
class ConnectionStream final : public EventStream {
 public:
  explicit ConnectionStream(std::shared_ptr<Connection> connection);
  ~ConnectionStream() override;

  bool send(std::shared_ptr<const std::string> bytes) override;
  [[nodiscard]] std::size_t queued() const override;
  void on_close(std::function<void()> closed) override;
  void close() override;

  /// The connection's word that it is over.
  void ended();

 private:
  std::shared_ptr<Connection> connection_;
  std::function<void()> closed_;
  bool ended_ = false;
};

}  // namespace grtc::http
