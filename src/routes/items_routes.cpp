#include "routes/items_routes.hpp"

#include <iterator>
#include <memory>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "core/json_scan.hpp"
#include "items/item.hpp"
#include "items/list_query.hpp"
#include "items/precondition.hpp"
#include "items/rules.hpp"
#include "routes/items_events.hpp"
#include "routes/items_requests.hpp"

namespace grtc::routes {
namespace {

using RequestPtr = std::shared_ptr<const http::Request>;

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kMergePatch = "application/merge-patch+json";

http::Response item_response(std::uint16_t status, const items::Item& item) {
  http::Response response = http::json_response(status, items::to_json(item));
  response.headers.push_back({"ETag", items::etag_of(item)});
  // A cache may keep it, and asks each time (RFC 9111 §5.2.2.4): the ETag makes that cheap.
  response.headers.push_back({"Cache-Control", "no-cache"});
  return response;
}

http::Response page_response(const items::Page& page) {
  std::string body = R"({"items":[)";
  for (const items::Item& item : page.items) {
    if (body.back() != '[') body += ',';
    body += items::to_json(item);
  }
  body += R"(],"next_cursor":)";
  if (page.next_cursor.empty()) {
    body += "null";
  } else {
    core::append_json_string(body, page.next_cursor);
  }
  fmt::format_to(std::back_inserter(body), R"(,"total":{}}})", page.total);
  http::Response response = http::json_response(200, std::move(body));
  response.headers.push_back({"Cache-Control", "no-cache"});
  return response;
}

http::Response get_response(const http::Request& request, const core::Result<items::Item>& item) {
  if (!item) return http::to_problem_json(item.error());
  const auto known = request.header("if-none-match");
  if (!known || !items::names_etag(*known, items::etag_of(*item))) return item_response(200, *item);
  // RFC 9110 §15.4.5: the headers that the 200 would have had, and no content.
  http::Response response;
  response.status = 304;
  response.headers.push_back({"ETag", items::etag_of(*item)});
  response.headers.push_back({"Cache-Control", "no-cache"});
  return response;
}

/// Sends an item or the problem in its place.
items::ItemStore::Done<items::Item> item_reply(http::Reply reply) {
  return [reply = std::move(reply)](const core::Result<items::Item>& item) {
    reply(item ? item_response(200, *item) : http::to_problem_json(item.error()));
  };
}

class ItemsHandlers {
 public:
  explicit ItemsHandlers(ItemsRouteOptions options) : store_(options.store), token_(std::move(options.items_token)) {}

  void list(const RequestPtr& request, http::Reply reply) const {
    auto query = items::parse_list_query([&request](std::string_view name) { return request->query.get(name); });
    if (!query) return reply(http::to_problem_json(query.error()));
    const auto answer = [](const core::Result<items::Page>& page) {
      return page ? page_response(*page) : http::to_problem_json(page.error());
    };
    if (const auto now = store_.try_list_now(*query, *request->executor)) return reply(answer(*now));
    store_.list(std::move(*query), *request->executor,
                [answer, reply = std::move(reply)](const core::Result<items::Page>& page) { reply(answer(page)); });
  }

  void get(const RequestPtr& request, http::Reply reply) const {
    const core::Result<items::ItemId> id = item_id_of(*request);
    if (!id) return reply(http::to_problem_json(id.error()));
    if (const auto now = store_.try_get_now(*id, *request->executor)) return reply(get_response(*request, *now));
    store_.get(*id, *request->executor, [request, reply = std::move(reply)](const core::Result<items::Item>& item) {
      reply(get_response(*request, item));
    });
  }

  void create(const RequestPtr& request, http::Reply reply) const {
    if (auto may = may_write(*request, {kJson}); !may) return reply(http::to_problem_json(may.error()));
    auto once = idempotency_of(*request);
    if (!once) return reply(http::to_problem_json(once.error()));
    auto draft = items::parse_draft(request->body);
    if (!draft) return reply(http::to_problem_json(draft.error()));
    store_.create(std::move(*draft), std::move(*once), *request->executor,
                  [reply = std::move(reply)](const core::Result<items::Item>& item) {
                    if (!item) return reply(http::to_problem_json(item.error()));
                    http::Response response = item_response(201, *item);
                    response.headers.push_back({"Location", fmt::format("/api/items/{}", item->id)});
                    reply(std::move(response));
                  });
  }

  void replace(const RequestPtr& request, http::Reply reply) const {
    if (auto may = may_write(*request, {kJson}); !may) return reply(http::to_problem_json(may.error()));
    const auto id = item_id_of(*request);
    if (!id) return reply(http::to_problem_json(id.error()));
    auto draft = items::parse_draft(request->body);
    if (!draft) return reply(http::to_problem_json(draft.error()));
    store_.replace(*id, std::move(*draft), precondition_of(*request, *id), *request->executor,
                   item_reply(std::move(reply)));
  }

  void patch(const RequestPtr& request, http::Reply reply) const {
    if (auto may = may_write(*request, {kMergePatch, kJson}); !may) return reply(http::to_problem_json(may.error()));
    const auto id = item_id_of(*request);
    if (!id) return reply(http::to_problem_json(id.error()));
    auto patch = items::parse_patch(request->body);
    if (!patch) return reply(http::to_problem_json(patch.error()));
    store_.patch(*id, std::move(*patch), precondition_of(*request, *id), *request->executor,
                 item_reply(std::move(reply)));
  }

  void remove(const RequestPtr& request, http::Reply reply) const {
    if (auto may = check_items_token(*request, token_); !may) return reply(http::to_problem_json(may.error()));
    const auto id = item_id_of(*request);
    if (!id) return reply(http::to_problem_json(id.error()));
    store_.remove(*id, precondition_of(*request, *id), *request->executor,
                  [reply = std::move(reply)](const core::Result<items::Item>& item) {
                    if (!item) return reply(http::to_problem_json(item.error()));
                    http::Response response;
                    response.status = 204;
                    reply(std::move(response));
                  });
  }

 private:
  [[nodiscard]] core::Result<void> may_write(const http::Request& request,
                                             std::initializer_list<std::string_view> types) const {
    if (auto may = check_items_token(request, token_); !may) return may;
    return check_content_type(request, types);
  }

  items::ItemStore& store_;
  const std::string token_;
};

}  // namespace

void add_items_routes(http::Router& router, ItemsRouteOptions options) {
  using http::Method;
  add_items_events(router, options.feed);
  const auto handlers = std::make_shared<const ItemsHandlers>(std::move(options));
  const auto add = [&](Method method, const char* pattern,
                       void (ItemsHandlers::*handle)(const RequestPtr&, http::Reply) const) {
    router.add({method, pattern, [handlers, handle](const RequestPtr& request, http::Reply reply) {
                  ((*handlers).*handle)(request, std::move(reply));
                }});
  };
  add(Method::get, "/api/items", &ItemsHandlers::list);
  add(Method::post, "/api/items", &ItemsHandlers::create);
  add(Method::get, "/api/items/{id}", &ItemsHandlers::get);
  add(Method::put, "/api/items/{id}", &ItemsHandlers::replace);
  add(Method::patch, "/api/items/{id}", &ItemsHandlers::patch);
  add(Method::del, "/api/items/{id}", &ItemsHandlers::remove);
}

}  // namespace grtc::routes
