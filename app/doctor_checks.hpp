#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "ops/settings.hpp"

namespace grtc::app {

/// One line of `grtc doctor`.
struct Diagnosis {
  enum class State : std::uint8_t { ok, off, warn, fail };
  State state = State::ok;
  std::string subject;  ///< "port", "database"
  std::string words;    ///< what was found and, unless it is well, the remedy
};
using Diagnoses = std::vector<Diagnosis>;

/// Each looks at one thing, as seen from this process: they block for seconds, and change nothing.
/// @param own_url  the server's, as `http://127.0.0.1:8001`

void diagnose_port(const std::string& own_url, Diagnoses& to);
void diagnose_database(const ops::Settings& settings, Diagnoses& to);
/// @param redis_url, database_url  as configured; empty: off
void diagnose_redis(const std::string& redis_url, Diagnoses& to);
void diagnose_postgres(const std::string& database_url, Diagnoses& to);
void diagnose_turn(const ops::Settings& settings, Diagnoses& to);
void diagnose_clock(Diagnoses& to);
void diagnose_limits(const ops::Settings& settings, Diagnoses& to);
/// @param public_url  as users reach the server, through the proxy; empty: only what the server itself has met
void diagnose_proxy(const std::string& own_url, const std::string& public_url, Diagnoses& to);

}  // namespace grtc::app
