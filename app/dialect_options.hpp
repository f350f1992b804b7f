#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "http/origins.hpp"
#include "ops/settings.hpp"
#include "signalling/peerjs_hub.hpp"
#include "signalling/topic_board.hpp"

namespace grtc::app {

/// What the protocols of COMPAT are told of the settings.

/// COMPAT_ORIGINS; unset: ALLOWED_ORIGINS if that is set, else any.
[[nodiscard]] std::shared_ptr<const http::AllowedOrigins> dialect_origins(const ops::Settings& settings);
/// PEERJS_PATH with a `/` at its end.
[[nodiscard]] std::string peerjs_path(const ops::Settings& settings);
/// @param threads  that share the bounds which hold for the whole server
void fill_peerjs_options(const ops::Settings& settings, std::size_t threads, signalling::PeerjsOptions& options);
/// @param dialect  outlives the options
[[nodiscard]] signalling::TopicOptions topic_options(const ops::Settings& settings, std::string_view protocol,
                                                     const signalling::TopicDialect& dialect);

}  // namespace grtc::app
