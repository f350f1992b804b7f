#pragma once
#include <span>
#include <string_view>

namespace grtc::http {

/// A file of web/ inside the binary. Everything is static.
struct EmbeddedFile {
  std::string_view path;  ///< below web/: "app/index.html"
  std::string_view hash;  ///< of the plain bytes: 20 hexadecimal digits of their SHA-256
  std::string_view plain;
  std::string_view gzip;    ///< empty: it would not be smaller
  std::string_view brotli;  ///< empty: it would not be smaller
};

/// All of them, in the order of their paths. Made at build time (cmake/EmbedFiles.cmake).
[[nodiscard]] std::span<const EmbeddedFile> embedded_files() noexcept;

}  // namespace grtc::http
