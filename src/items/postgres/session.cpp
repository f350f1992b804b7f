#include "items/postgres/session.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "items/postgres/libpq.hpp"
#include "items/postgres/problems.hpp"

namespace grtc::items::postgres {
namespace {

core::Problem said(std::string_view words) {
  while (words.ends_with('\n')) words.remove_suffix(1);
  std::string sentence(words);
  std::replace(sentence.begin(), sentence.end(), '\n', ' ');
  return {core::Code::unavailable, std::move(sentence), {}, 0};
}

}  // namespace

bool is_connection_uri(const std::string& url) {
  struct Free {
    void operator()(PQconninfoOption* options) const noexcept { pq().conninfo_free(options); }
  };
  const bool named = url.starts_with("postgresql://") || url.starts_with("postgres://");
  if (!named || !find_libpq()) return named;
  return std::unique_ptr<PQconninfoOption, Free>(pq().conninfo_parse(url.c_str(), nullptr)) != nullptr;
}

void Session::Close::operator()(pg_conn* connection) const noexcept {
  pq().finish(connection);
}

core::Result<std::unique_ptr<Session>> Session::open(const std::string& url, std::chrono::milliseconds timeout) {
  if (auto found = find_libpq(); !found) return std::move(found).error();
  // Whole seconds, and at least two (libpq, chapter 34.1.2).
  const auto seconds = std::max<std::int64_t>(2, std::chrono::duration_cast<std::chrono::seconds>(timeout).count());
  const std::string wait = std::to_string(seconds);
  static constexpr std::array<const char*, 5> kKeys{"application_name", "gssencmode", "connect_timeout", "dbname",
                                                    nullptr};
  const std::array<const char*, 5> values{"grtc", "disable", wait.c_str(), url.c_str(), nullptr};
  auto session = std::make_unique<Session>(Opening(), pq().connectdb_params(kKeys.data(), values.data(), 1));
  if (!session->connection_) return unavailable("There is no memory for a connection.");
  if (pq().status(session->connection_.get()) != CONNECTION_OK)
    return said(pq().error_message(session->connection_.get()));
  pq().set_notice_processor(
      session->connection_.get(), [](void* /*unused*/, const char* /*notice*/) {}, nullptr);
  return session;
}

core::Result<void> Session::execute(const std::string& sql) {
  core::Result<Rows> answer = checked(Rows(pq().exec(connection_.get(), sql.c_str())));
  if (!answer) return std::move(answer).error();
  return {};
}

core::Result<Rows> Session::query(const std::string& sql, const std::vector<std::string>& parameters) {
  std::vector<const char*> values;
  values.reserve(parameters.size());
  for (const std::string& parameter : parameters) values.push_back(parameter.c_str());
  return checked(Rows(pq().exec_params(connection_.get(), sql.c_str(), static_cast<int>(values.size()), nullptr,
                                       values.data(), nullptr, nullptr, 0)));
}

core::Result<Rows> Session::checked(Rows answer) const {
  const ExecStatusType status = pq().result_status(answer.native());
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return answer;
  return said(pq().error_message(connection_.get()));
}

}  // namespace grtc::items::postgres
