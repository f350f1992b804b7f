#include <charconv>
#include <string_view>

#include "app/client_socket.hpp"
#include "app/doctor_checks.hpp"
#include "app/turn_wire.hpp"
#include "items/postgres/schema.hpp"
#include "items/postgres/session.hpp"

namespace grtc::app {
namespace {

using State = Diagnosis::State;

constexpr std::chrono::seconds kServicePatience{3};

/// Host and port of `scheme://[user[:password]@]host[:port][/…]`, without looking at the rest.
ops::IceTarget target_of(std::string_view url, std::uint16_t port) {
  ops::IceTarget target;
  target.tcp = true;
  target.port = port;
  const std::size_t scheme = url.find("://");
  if (scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
  url = url.substr(0, url.find_first_of("/?"));
  if (const std::size_t at = url.rfind('@'); at != std::string_view::npos) url.remove_prefix(at + 1);
  if (url.starts_with('[')) {
    const std::size_t end = url.find(']');
    target.host = url.substr(1, end - 1);
    url = end == std::string_view::npos ? "" : url.substr(end + 1);
  } else {
    target.host = url.substr(0, url.find(':'));
    url = url.substr(target.host.size());
  }
  if (url.starts_with(':')) std::from_chars(url.data() + 1, url.data() + url.size(), target.port);
  return target;
}

/// Says `hello` and takes what comes back first.
core::Result<std::string> greet(const ops::IceTarget& target, bool tls, std::string_view hello) {
  const auto servers = resolve(target);
  if (!servers) return servers.error();
  core::Result<std::string> answer = core::Problem{core::Code::unavailable, "the name has no address", {}, 0};
  const StopLine never;
  for (const turn::Endpoint& server : *servers) {
    ClientSocket socket(never);
    const auto until = ClientSocket::Clock::now() + kServicePatience;
    auto done = socket.connect(server, true, until);
    if (done && tls) done = socket.secure(target.host, until);
    if (done) done = socket.send(hello, until);
    answer = done ? socket.receive(until) : core::Result<std::string>(done.error());
    if (answer) break;
  }
  return answer;
}

std::string where(const ops::IceTarget& target) {
  return target.host + ":" + std::to_string(target.port);
}

}  // namespace

void diagnose_redis(const std::string& redis_url, Diagnoses& to) {
  if (redis_url.empty()) {
    to.push_back({State::off, "redis", "REDIS_URL is not set: this server stands alone"});
    return;
  }
  const ops::IceTarget target = target_of(redis_url, 6379);
  const auto answer = greet(target, redis_url.starts_with("rediss:"), "PING\r\n");
  if (!answer) {
    to.push_back({State::fail, "redis",
                  where(target) + ": " + answer.error().sentence + ". Is Redis running (--profile with-redis)?"});
  } else if (answer->starts_with("+PONG") || answer->starts_with("-NOAUTH")) {
    to.push_back({State::ok, "redis", where(target) + " answers"});
  } else {
    to.push_back({State::fail, "redis", where(target) + " is no Redis, or refuses: " + answer->substr(0, 80)});
  }
}

void diagnose_postgres(const std::string& database_url, Diagnoses& to) {
  if (database_url.empty()) {
    to.push_back({State::off, "postgresql", "DATABASE_URL is not set: items are in SQLite"});
    return;
  }
  if (!items::postgres::is_connection_uri(database_url)) {
    to.push_back({State::fail, "postgresql", "DATABASE_URL must be postgresql://user:password@host:port/database"});
    return;
  }
  const auto session = items::postgres::Session::open(database_url, kServicePatience);
  if (!session) {
    to.push_back(
        {State::fail, "postgresql",
         session.error().sentence + ". Is PostgreSQL running (--profile with-postgres), and the password right?"});
    return;
  }
  const auto version = (*session)->query("SHOW server_version");
  const std::string server = version ? "PostgreSQL " + std::string(version->text(0, 0)) : "PostgreSQL";
  const auto schema = items::postgres::version_of(**session);
  to.push_back({State::ok, "postgresql",
                server + (schema ? " answers, schema version " + std::to_string(*schema)
                                 : " answers; the first server that starts makes the tables")});
}

}  // namespace grtc::app
