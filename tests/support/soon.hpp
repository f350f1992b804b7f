#pragma once
#include <chrono>
#include <thread>

namespace grtc::test {

/// Asks again until `condition` holds, for at most 20 s: for what another thread does within milliseconds.
template <class Condition>
[[nodiscard]] bool soon(Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

}  // namespace grtc::test
