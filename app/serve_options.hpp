#pragma once
#include <chrono>
#include <string>

#include "core/problem.hpp"
#include "http/options.hpp"
#include "items/postgres/postgres_options.hpp"
#include "items/sqlite/sqlite_options.hpp"
#include "ops/log.hpp"
#include "ops/settings.hpp"
#include "signalling/grtc_hub.hpp"

namespace grtc::app {

/// What each part is told of the settings. What the composition wires (callbacks) is still empty.

[[nodiscard]] ops::Log::Options log_options(const ops::Settings& settings, const std::string& instance);
[[nodiscard]] signalling::GrtcOptions hub_options(const ops::Settings& settings, const std::string& instance);
[[nodiscard]] items::sqlite::SqliteOptions sqlite_options(const ops::Settings& settings);
[[nodiscard]] items::postgres::PostgresOptions postgres_options(const ops::Settings& settings);
/// @return the line that stops the start: lists that look right but hold no origin or network
[[nodiscard]] core::Result<http::Options> http_options(const ops::Settings& settings);

/// THREADS, or one for each core that this process may use.
[[nodiscard]] unsigned thread_count(const ops::Settings& settings);
/// How long an I/O thread looks on before it sleeps.
[[nodiscard]] std::chrono::microseconds busy_poll(const ops::Settings& settings);
/// Where sessions wait for the next start: beside the database.
[[nodiscard]] std::string session_path(const ops::Settings& settings);
/// The same for letters of PeerJS clients.
[[nodiscard]] std::string letter_path(const ops::Settings& settings);

}  // namespace grtc::app
