#include "items/postgres/libpq.hpp"

#include <dlfcn.h>

#include "items/postgres/problems.hpp"

namespace grtc::items::postgres {
namespace {

std::string loader_words() {
  const char* words = dlerror();
  return words == nullptr ? "unknown" : words;
}

}  // namespace

Library::Library(const char* file) noexcept : handle_(dlopen(file, RTLD_NOW | RTLD_LOCAL)) {
  if (handle_ == nullptr) trouble_ = loader_words();
}

Library::Symbol Library::find(const char* name) noexcept {
  if (handle_ == nullptr) return {nullptr};
  void* address = dlsym(handle_, name);
  if (address == nullptr && trouble_.empty()) trouble_ = loader_words();
  return {address};
}

const Libpq& pq() noexcept {
  static const Libpq libpq;
  return libpq;
}

core::Result<void> find_libpq() {
  if (pq().shared_object.trouble().empty()) return {};
  return unavailable("PostgreSQL's client library is needed (Debian package libpq5): " + pq().shared_object.trouble());
}

}  // namespace grtc::items::postgres
