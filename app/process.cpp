#include "app/process.hpp"

#include <malloc.h>
#include <sys/resource.h>

namespace grtc::app {
namespace {

constexpr int kArenas = 4;

}  // namespace

std::uint64_t raise_descriptor_bound() noexcept {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  const rlimit raised{limit.rlim_max, limit.rlim_max};
  if (::setrlimit(RLIMIT_NOFILE, &raised) != 0) return limit.rlim_cur;
  return raised.rlim_cur;
}

void bound_malloc_arenas() noexcept {
  ::mallopt(M_ARENA_MAX, kArenas);
}

}  // namespace grtc::app
