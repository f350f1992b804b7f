#include "items/postgres/problems.hpp"

#include <array>
#include <utility>

namespace grtc::items::postgres {
namespace {

// Long enough not to add to a load that is the cause, short enough for a person who waits.
constexpr std::uint32_t kRetryAfterS = 1;

struct Row {
  std::string_view state;  ///< or its class, the first two characters
  const char* sentence;
};

/// https://www.postgresql.org/docs/15/errcodes-appendix.html; the first that fits counts.
constexpr auto kRows = std::to_array<Row>({
    {"57014", "The items database took too long (DATABASE_TIMEOUT_MS)."},
    {"55P03", "The items database is locked by another session."},
    {"25006", "The items database is read-only: it is a standby, or was made so."},
    {"25P03", "The items database ended a transaction that took too long."},
    {"26000", "The items database has forgotten a prepared statement: a pooler before it must keep sessions."},
    {"53100", "The disk of the items database is full."},
    {"53300", "The items database has too many connections."},
    {"53", "The items database is short of resources."},
    {"57", "The items database is restarting."},
    {"08", "The connection to the items database was lost."},
    {"40", "The items database was busy with another change of the same rows."},
    {"28", "The items database does not accept the user or the password of DATABASE_URL."},
    {"3D", "There is no such database as DATABASE_URL names."},
    {"42501", "The user of DATABASE_URL may not use the tables of the items."},
    {"42P01", "The items database has lost its tables: restart the server to make them."},
});

}  // namespace

core::Problem unavailable(std::string sentence) {
  return {core::Code::unavailable, std::move(sentence), {}, kRetryAfterS};
}

core::Problem problem_of(std::string_view sqlstate, std::string_view message) {
  for (const Row& row : kRows) {
    if (sqlstate.starts_with(row.state)) return unavailable(row.sentence);
  }
  const std::string_view first_line = message.substr(0, message.find('\n'));
  if (sqlstate.size() != 5) return unavailable("The items database cannot be reached: " + std::string(first_line));
  return {core::Code::internal, "The items database refused a statement (" + std::string(sqlstate) + ").", {}, 0};
}

core::Problem unknown_fate() {
  return unavailable(
      "The connection to the items database was lost before its answer: the write may have been done. It is safe to "
      "repeat with the same Idempotency-Key or If-Match.");
}

bool concerns_one_write(const core::Problem& problem) noexcept {
  return problem.code == core::Code::internal;
}

}  // namespace grtc::items::postgres
