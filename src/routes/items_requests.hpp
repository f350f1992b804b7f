#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "core/problem.hpp"
#include "http/message.hpp"
#include "items/item_store.hpp"

namespace grtc::routes {

/// The `{id}` of the path, as an item's JSON writes it: digits without a leading zero.
/// @return Code::not_found for anything else: no item has such an id
[[nodiscard]] core::Result<items::ItemId> item_id_of(const http::Request& request);

/// @param types  media types that the call takes, in lower case; a request without Content-Type names none of them
/// @return Code::unsupported_media_type
[[nodiscard]] core::Result<void> check_content_type(const http::Request& request,
                                                    std::initializer_list<std::string_view> types);

/// @param token  ITEMS_TOKEN; empty: all may write
/// @return Code::unauthorized
[[nodiscard]] core::Result<void> check_items_token(const http::Request& request, const std::string& token);

/// The Idempotency-Key with the body's digest, when there is one.
/// @return Code::unprocessable when it doesn't have 1 to 200 characters
[[nodiscard]] core::Result<std::optional<items::Idempotency>> idempotency_of(const http::Request& request);

/// If-Match and If-None-Match of a write.
[[nodiscard]] items::Precondition precondition_of(const http::Request& request, items::ItemId id);

}  // namespace grtc::routes
