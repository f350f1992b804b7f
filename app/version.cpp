#include "ops/version.hpp"

#include <cstdio>

#include "app/arguments.hpp"

namespace grtc::app {

int version(Words words) {
  if (const auto end = read_arguments("grtc version", "Prints the version.", {}, words)) return *end;
  std::printf("grtc %.*s\n", static_cast<int>(ops::version().size()), ops::version().data());
  return kDone;
}

}  // namespace grtc::app
