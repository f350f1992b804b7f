#pragma once
#include <cstdint>

namespace grtc::app {

/// Raises the bound on open descriptors to what the system lets us have. Each connection is one.
/// @return the bound in force
std::uint64_t raise_descriptor_bound() noexcept;

/// Keeps the allocator from giving every thread an arena of its own: a few are as fast for us and an idle server stays
/// small. Before the first thread.
void bound_malloc_arenas() noexcept;

}  // namespace grtc::app
