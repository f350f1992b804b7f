#include "routes/items_events.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace grtc::routes {
namespace {

class StreamSink final : public items::FeedSink {
 public:
  explicit StreamSink(std::shared_ptr<http::EventStream> stream) : stream_(std::move(stream)) {}

  bool send(std::shared_ptr<const std::string> bytes) override { return stream_->send(std::move(bytes)); }
  [[nodiscard]] std::size_t queued() const override { return stream_->queued(); }
  void on_close(std::function<void()> closed) override { stream_->on_close(std::move(closed)); }

 private:
  std::shared_ptr<http::EventStream> stream_;
};

/// What an EventSource has seen last. An empty id is none (WHATWG HTML §9.2.2: the header is sent unless it's empty).
std::optional<std::string> last_event_id(const http::Request& request) {
  auto given = request.header("last-event-id");
  if (!given) given = request.query.get("last_event_id");
  if (!given || given->empty()) return std::nullopt;
  return std::string(*given);
}

http::Response stream_response(items::Feed::Start start) {
  http::Response response;
  response.headers.push_back({"Content-Type", "text/event-stream"});
  response.headers.push_back({"Cache-Control", "no-store"});
  // Proxies of nginx's kind collect an answer unless told not to.
  response.headers.push_back({"X-Accel-Buffering", "no"});
  response.stream = [start = std::move(start)](std::shared_ptr<http::EventStream> stream) {
    start(std::make_shared<StreamSink>(std::move(stream)));
  };
  return response;
}

}  // namespace

void add_items_events(http::Router& router, items::Feed& feed) {
  router.add({http::Method::get, "/api/items/events",
              [&feed](const std::shared_ptr<const http::Request>& request, http::Reply reply) {
                if (request->method == http::Method::head) {
                  // The same head, and nothing to listen to.
                  http::Response response = stream_response({});
                  response.stream = nullptr;
                  return reply(std::move(response));
                }
                feed.listen(last_event_id(*request), *request->executor,
                            [reply = std::move(reply)](core::Result<items::Feed::Start> start) {
                              reply(start ? stream_response(std::move(*start))
                                          : http::to_problem_json(std::move(start).error()));
                            });
              }});
}

}  // namespace grtc::routes
