#pragma once
#include <atomic>
#include <memory>
#include <string>

#include "core/time.hpp"
#include "http/message.hpp"
#include "http/router.hpp"

namespace grtc::http {

class Connection;

/// A request and the answer that is due to it. Shared by the handler's Request and its Reply.
struct Exchange {
  Exchange(std::shared_ptr<Connection> on, Request of) : connection(std::move(on)), request(std::move(of)) {}
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
  /// A handler that let go of its Reply without a word still owes the client an answer: 500.
  ~Exchange();

  const std::shared_ptr<Connection> connection;
  Request request;
  const Route* route = nullptr;
  const AllowedOrigins* origins = nullptr;  ///< who may read the answer; null: the site's own
  bool http_11 = true;
  bool keep_alive = false;
  core::TimePoint began;
  std::string error;  ///< what() of what the handler threw
  std::atomic<bool> answered{false};
};

/// Gives `response` to the connection, on its I/O thread. Any thread; only the first answer counts.
void answer(const std::shared_ptr<Exchange>& exchange, Response response);

/// Runs the route's handler; what it throws becomes a 500.
void run_handler(const std::shared_ptr<Exchange>& exchange);

}  // namespace grtc::http
