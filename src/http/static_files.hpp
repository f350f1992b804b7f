#pragma once
#include <filesystem>
#include <optional>
#include <string_view>

#include "http/embedded_files.hpp"
#include "http/message.hpp"
#include "http/router.hpp"

namespace grtc::http {

/// Adds the web app: `/`, `/r/{room}`, `/docs`, `/favicon.ico`, `/static/app/…`, `/static/grtc-client/…`.
/// @param web_root  empty: what the binary holds; else a directory with `app/` and `grtc-client/`, read at each request
///                  on a thread of its own, for developing
void add_static_routes(Router& router, const std::filesystem::path& web_root);

/// The answer for an embedded file: the encoding that the client likes best, or 304.
[[nodiscard]] Response serve_embedded(const EmbeddedFile& file, const Request& request);
/// The embedded file of that path, or null.
[[nodiscard]] const EmbeddedFile* find_embedded(std::string_view path) noexcept;

/// By the suffix of `path`; `application/octet-stream` where it is unknown.
[[nodiscard]] std::string_view content_type_of(std::string_view path) noexcept;
/// `immutable` only where the name holds a hash of the content ("app.3f9c2b1a.js"), else `no-cache`: keep it, but ask.
[[nodiscard]] std::string_view cache_control_of(std::string_view path) noexcept;
/// Adds `Content-Type`, and to pages the Content-Security-Policy.
void describe_file(Response& response, std::string_view path);
/// 404.
[[nodiscard]] Response no_such_file();

}  // namespace grtc::http
