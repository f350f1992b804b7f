#include "signalling/saved_file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <unistd.h>

#include <openssl/evp.h>

namespace grtc::signalling {
namespace {

constexpr std::size_t kDigest = 32;
/// A file of this size would take longer to read than what is in it lives.
constexpr std::size_t kMaxFile = std::size_t{1} << 30;

std::string sha256(std::string_view bytes) {
  std::array<unsigned char, kDigest> digest{};
  unsigned size = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr);
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

bool write_file(const std::string& path, std::string_view bytes) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return false;
  bool ok = true;
  while (ok && !bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    ok = written > 0;
    if (ok) bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  ok = ok && ::fsync(fd) == 0;
  return ::close(fd) == 0 && ok;
}

}  // namespace

core::Problem file_problem(const std::string& path, std::string_view why) {
  return {core::Code::unavailable, path + ": " + std::string(why), {}, 0};
}

core::Result<void> save_file(const std::string& path, std::string_view magic, std::string_view inside) {
  const std::string fresh = path + ".new";
  const std::string bytes = std::string(magic) + sha256(inside) + std::string(inside);
  if (write_file(fresh, bytes) && ::rename(fresh.c_str(), path.c_str()) == 0) return {};
  const std::string why = std::strerror(errno);
  ::unlink(fresh.c_str());
  return file_problem(path, why);
}

core::Result<std::optional<std::string>> take_file(const std::string& path, std::string_view magic,
                                                   std::string_view what) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) return std::optional<std::string>();
  const auto size = static_cast<std::size_t>(file.tellg());
  const std::string named(what);
  if (size > kMaxFile) return file_problem(path, "is too large to hold " + named + "; it was left alone");
  std::string bytes(size, '\0');
  file.seekg(0);
  file.read(bytes.data(), static_cast<std::streamsize>(size));
  if (!file || !bytes.starts_with(magic)) return file_problem(path, "holds no " + named + "; it was left alone");
  ::unlink(path.c_str());
  const std::string inside = bytes.substr(std::min(bytes.size(), magic.size() + kDigest));
  if (bytes.substr(magic.size(), kDigest) != sha256(inside)) {
    return file_problem(path, "was damaged; its " + named + " are gone");
  }
  return std::optional(inside);
}

}  // namespace grtc::signalling
