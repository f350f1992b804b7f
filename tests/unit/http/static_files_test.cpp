#include "http/static_files.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/accept_encoding.hpp"
#include "http/etag_list.hpp"
#include "unit/http/running_server.hpp"

namespace grtc::http::test {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST(AcceptEncoding, ChoosesWhatTheClientLikesBest) {
  struct Case {
    std::string accept;
    Encoding chosen;
  };
  for (const Case& row : std::vector<Case>{
           {"", Encoding::identity},
           {"gzip", Encoding::gzip},
           {"gzip, deflate, br", Encoding::brotli},
           {"gzip;q=1.0, br;q=0.5", Encoding::gzip},
           {"br;q=0, gzip;q=0.1", Encoding::gzip},
           {"*", Encoding::brotli},
           {"*;q=0", Encoding::identity},
           {"identity, gzip;q=0.5", Encoding::identity},
           {"identity;q=0.1, GZIP ; Q=0.5", Encoding::gzip},
           {"br;q=nonsense", Encoding::identity},
           {"br;q=2", Encoding::identity},
           {"zstd, deflate", Encoding::identity},
           {",, br ,", Encoding::brotli},
       }) {
    EXPECT_EQ(choose_encoding(row.accept, true, true), row.chosen) << row.accept;
  }
  EXPECT_EQ(choose_encoding("br", true, false), Encoding::identity);
  EXPECT_EQ(choose_encoding("br, gzip", true, false), Encoding::gzip);
}

TEST(IfNoneMatch, ComparesWeakly) {
  for (const std::string hit : {"\"a\"", "W/\"a\"", "\"b\", \"a\"", "*", " * "}) {
    EXPECT_TRUE(none_match_names(hit, "\"a\"")) << hit;
  }
  for (const std::string miss : {"", "a", "\"b\"", "\"a", "w/\"a\""})
    EXPECT_FALSE(none_match_names(miss, "\"a\"")) << miss;
}

TEST(CacheControl, IsImmutableOnlyForHashedNames) {
  for (const std::string hashed : {"app/main.3f9c2b1a.js", "app/main-3f9c2b1a77.css"}) {
    EXPECT_THAT(std::string(cache_control_of(hashed)), HasSubstr("immutable")) << hashed;
  }
  for (const std::string plain : {"app/index.html", "app/main.js", "app/3f9c2b1a.js", "app/deadbeef/main.js",
                                  "app/.deadbeef", "app/main.3f9c2b1.js", "a"}) {
    EXPECT_EQ(cache_control_of(plain), "no-cache") << plain;
  }
}

TEST(EmbeddedFiles, AreSortedAndHoldThePage) {
  const auto files = embedded_files();
  EXPECT_TRUE(std::is_sorted(files.begin(), files.end(),
                             [](const EmbeddedFile& a, const EmbeddedFile& b) { return a.path < b.path; }));
  ASSERT_NE(find_embedded("app/index.html"), nullptr);
  EXPECT_EQ(find_embedded("app/none"), nullptr);
  for (const EmbeddedFile& file : files) {
    SCOPED_TRACE(file.path);
    EXPECT_NE(content_type_of(file.path), "application/octet-stream");
    EXPECT_TRUE(file.gzip.empty() || file.gzip.size() < file.plain.size());
    EXPECT_TRUE(file.brotli.empty() || file.brotli.size() < file.plain.size());
  }
}

/// A server of nothing but the web app.
RunningServer serve(const std::filesystem::path& web_root = {}) {
  Router router;
  add_static_routes(router, web_root);
  return RunningServer(router.routes());
}

std::string get(const std::string& path, const std::string& more = "") {
  return "GET " + path + " HTTP/1.1\r\nHost: x\r\n" + more + "\r\n";
}

std::string header_of(const std::string& answer, const std::string& name) {
  const std::size_t at = answer.find("\r\n" + name + ": ");
  if (at == std::string::npos) return "";
  const std::size_t begin = at + name.size() + 4;
  return answer.substr(begin, answer.find('\r', begin) - begin);
}

TEST(StaticFiles, ServeThePageUnderAStrictPolicy) {
  const RunningServer server = serve();
  const std::string page(find_embedded("app/index.html")->plain);
  for (const std::string path : {"/", "/r/reuni%C3%B3n", "/static/app/index.html"}) {
    SCOPED_TRACE(path);
    const std::string answer = server.ask(get(path));
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(answer, EndsWith("\r\n\r\n" + page));
    EXPECT_EQ(header_of(answer, "Content-Type"), "text/html; charset=utf-8");
    EXPECT_EQ(header_of(answer, "Cache-Control"), "no-cache");
    EXPECT_THAT(header_of(answer, "Content-Security-Policy"), StartsWith("default-src 'self'; script-src 'self';"));
  }
  for (const std::string path : {"/static/app/none.js", "/static/app/../../secret", "/static/app/%2e%2e/app/index.html",
                                 "/r/a/b", "/static/app/"}) {
    EXPECT_THAT(server.ask(get(path)), StartsWith("HTTP/1.1 404 ")) << path;
  }
}

TEST(StaticFiles, HaveATagForEachEncodingAndAnswer304) {
  const RunningServer server = serve();
  const EmbeddedFile& page = *find_embedded("app/index.html");
  ASSERT_FALSE(page.gzip.empty());
  const std::string plain = server.ask(get("/"));
  const std::string zipped = server.ask(get("/", "Accept-Encoding: gzip\r\n"));
  EXPECT_EQ(header_of(zipped, "Content-Encoding"), "gzip");
  EXPECT_EQ(header_of(zipped, "Vary"), "Accept-Encoding");
  EXPECT_EQ(header_of(plain, "Vary"), "Accept-Encoding");
  EXPECT_THAT(zipped, EndsWith("\r\n\r\n" + std::string(page.gzip)));
  EXPECT_NE(header_of(plain, "ETag"), header_of(zipped, "ETag"));
  const std::string known = server.ask(get("/", "If-None-Match: " + header_of(plain, "ETag") + "\r\n"));
  EXPECT_THAT(known, StartsWith("HTTP/1.1 304 Not Modified\r\n"));
  EXPECT_THAT(known, EndsWith("\r\n\r\n"));
  EXPECT_EQ(header_of(known, "ETag"), header_of(plain, "ETag"));
  EXPECT_EQ(header_of(known, "Content-Length"), "");
  EXPECT_THAT(server.ask(get("/", "Accept-Encoding: gzip\r\nIf-None-Match: " + header_of(plain, "ETag") + "\r\n")),
              StartsWith("HTTP/1.1 200 "));
}

TEST(WebRoot, IsReadAtEachRequestAndNothingOutsideIt) {
  const std::filesystem::path root =
      std::filesystem::path(::testing::TempDir()) / ("grtc-web-root-" + std::to_string(::getpid()));
  std::filesystem::create_directories(root / "app");
  std::ofstream(root.parent_path() / "grtc-secret") << "secret";
  std::filesystem::create_symlink(root.parent_path() / "grtc-secret", root / "app/link");
  std::ofstream(root / "app/index.html") << "one";
  {
    const RunningServer server = serve(root);
    EXPECT_THAT(server.ask(get("/")), EndsWith("\r\n\r\none"));
    std::ofstream(root / "app/index.html") << "two";
    const std::string answer = server.ask(get("/r/a"));
    EXPECT_THAT(answer, EndsWith("\r\n\r\ntwo"));
    EXPECT_EQ(header_of(answer, "Cache-Control"), "no-store");
    for (const std::string path :
         {"/static/app/link", "/static/app/../../grtc-secret", "/static/app/none",
          "/static/app/%2e%2e/%2e%2e/grtc-secret", "/static/app//etc/passwd", "/docs", "/static/app/index.html%00"}) {
      EXPECT_THAT(server.ask(get(path)), StartsWith("HTTP/1.1 404 ")) << path;
    }
  }
  std::filesystem::remove_all(root);
  std::filesystem::remove(root.parent_path() / "grtc-secret");
}

}  // namespace
}  // namespace grtc::http::test
