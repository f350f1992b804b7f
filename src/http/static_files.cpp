#include "http/static_files.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <utility>

#include "http/accept_encoding.hpp"
#include "http/disk_files.hpp"
#include "http/etag_list.hpp"

namespace grtc::http {
namespace {

struct TypeOfSuffix {
  std::string_view suffix;
  std::string_view type;
};

constexpr auto kTypes = std::to_array<TypeOfSuffix>({
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".json", "application/json; charset=utf-8"},
    {".map", "application/json; charset=utf-8"},
    {".webmanifest", "application/manifest+json; charset=utf-8"},
    {".txt", "text/plain; charset=utf-8"},
    {".ts", "text/plain; charset=utf-8"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".ico", "image/x-icon"},
    {".webp", "image/webp"},
    {".jpg", "image/jpeg"},
    {".mp3", "audio/mpeg"},
    {".ogg", "audio/ogg"},
    {".wav", "audio/wav"},
    {".woff2", "font/woff2"},
    {".wasm", "application/wasm"},
});

/// Only our own scripts and styles, none inline; no plug-ins, no foreign frames around the page.
constexpr std::string_view kPagePolicy =
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; "
    "connect-src 'self' ws: wss:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'; "
    "require-trusted-types-for 'script'";

constexpr std::size_t kMinHashDigits = 8;

bool is_content_hash(std::string_view part) noexcept {
  return part.size() >= kMinHashDigits && part.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// A file's path below web/ as one of the routes names it.
using Locate = std::string (*)(const Request&);
struct FileRoute {
  std::string_view pattern;
  Locate locate;
};

constexpr auto kRoutes = std::to_array<FileRoute>({
    {"/", [](const Request&) { return std::string("app/index.html"); }},
    {"/r/{room}", [](const Request&) { return std::string("app/index.html"); }},
    {"/docs", [](const Request&) { return std::string("app/docs.html"); }},
    {"/favicon.ico", [](const Request&) { return std::string("app/favicon.ico"); }},
    {"/static/app/{path...}", [](const Request& request) { return "app/" + request.params.front(); }},
    {"/static/grtc-client/{path...}", [](const Request& request) { return "grtc-client/" + request.params.front(); }},
});

}  // namespace

std::string_view content_type_of(std::string_view path) noexcept {
  const auto found = std::find_if(kTypes.begin(), kTypes.end(),
                                  [path](const TypeOfSuffix& row) { return path.ends_with(row.suffix); });
  return found == kTypes.end() ? "application/octet-stream" : found->type;
}

std::string_view cache_control_of(std::string_view path) noexcept {
  const std::size_t last = path.rfind('.');
  const std::size_t before = last == std::string_view::npos || last == 0 ? last : path.find_last_of("./-", last - 1);
  if (before != std::string_view::npos && before < last && path[before] != '/' &&
      is_content_hash(path.substr(before + 1, last - before - 1))) {
    return "public, max-age=31536000, immutable";
  }
  return "no-cache";
}

void describe_file(Response& response, std::string_view path) {
  response.headers.push_back({"Content-Type", std::string(content_type_of(path))});
  if (path.ends_with(".html")) response.headers.push_back({"Content-Security-Policy", std::string(kPagePolicy)});
}

Response no_such_file() {
  return to_problem_json({core::Code::not_found, "There is no such file.", {}, 0});
}

const EmbeddedFile* find_embedded(std::string_view path) noexcept {
  const auto files = embedded_files();
  const auto at =
      std::lower_bound(files.begin(), files.end(), path,
                       [](const EmbeddedFile& file, std::string_view wanted) { return file.path < wanted; });
  return at != files.end() && at->path == path ? &*at : nullptr;
}

Response serve_embedded(const EmbeddedFile& file, const Request& request) {
  const Encoding encoding =
      choose_encoding(request.header("accept-encoding").value_or(""), !file.gzip.empty(), !file.brotli.empty());
  // Each encoding is another representation and has its own strong tag (RFC 9110 §8.8.3.3).
  std::string etag = "\"" + std::string(file.hash);
  Response response;
  response.shared_body = file.plain;
  if (encoding == Encoding::gzip) {
    response.shared_body = file.gzip;
    response.headers.push_back({"Content-Encoding", "gzip"});
    etag += "-gz";
  } else if (encoding == Encoding::brotli) {
    response.shared_body = file.brotli;
    response.headers.push_back({"Content-Encoding", "br"});
    etag += "-br";
  }
  etag += '"';
  const bool known = none_match_names(request.header("if-none-match").value_or(""), etag);
  if (known) {
    response = Response();
    response.status = 304;
  }
  response.headers.push_back({"ETag", std::move(etag)});
  response.headers.push_back({"Cache-Control", std::string(cache_control_of(file.path))});
  response.headers.push_back({"Vary", "Accept-Encoding"});
  if (!known) describe_file(response, file.path);
  return response;
}

void add_static_routes(Router& router, const std::filesystem::path& web_root) {
  const auto disk = web_root.empty() ? nullptr : std::make_shared<DiskFiles>(web_root);
  for (const FileRoute& route : kRoutes) {
    Handler handler;
    if (disk) {
      handler = [disk, locate = route.locate](const std::shared_ptr<const Request>& request, Reply reply) {
        disk->read(locate(*request), std::move(reply));
      };
    } else {
      handler = [locate = route.locate](const std::shared_ptr<const Request>& request, const Reply& reply) {
        const EmbeddedFile* file = find_embedded(locate(*request));
        reply(file == nullptr ? no_such_file() : serve_embedded(*file, *request));
      };
    }
    router.add({Method::get, std::string(route.pattern), std::move(handler)});
  }
}

}  // namespace grtc::http
