#include "items/postgres/link.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "items/postgres/libpq.hpp"
#include "items/postgres/problems.hpp"

namespace grtc::items::postgres {
namespace {

/// The server's own time limit comes first, and says more.
constexpr std::chrono::milliseconds kGrace{1000};
constexpr int kText = 0;

std::string_view field_of(const PGresult* result, int field) {
  const char* text = pq().result_error_field(result, field);
  return text == nullptr ? std::string_view() : text;
}

core::Problem broken() {
  return unavailable("The connection to the items database broke.");
}

Failure failure_of(const PGresult* result) {
  const std::string_view state = field_of(result, PG_DIAG_SQLSTATE);
  if (state.empty()) return {broken()};  // libpq's own, and no answer of the server
  return {problem_of(state, field_of(result, PG_DIAG_MESSAGE_PRIMARY)), false, state == "25006"};
}

PGconn* begin_connecting(const std::string& url) {
  // The URI stands first, so what it says beats what stands before it: these are defaults.
  static constexpr std::array<const char*, 6> kKeys{"application_name", "gssencmode", "keepalives_idle",
                                                    "tcp_user_timeout", "dbname",     nullptr};
  const std::array<const char*, 6> values{"grtc", "disable", "10", "10000", url.c_str(), nullptr};
  return pq().connect_start_params(kKeys.data(), values.data(), 1);
}

}  // namespace

void Link::Close::operator()(pg_conn* connection) const noexcept {
  pq().finish(connection);
}

Link::Link(net::IoThread& io, std::vector<Call> greeting, std::chrono::milliseconds timeout)
    : io_(io), greeting_(std::move(greeting)), timeout_(timeout) {}

Link::~Link() {
  if (socket_ >= 0) io_.poller().forget(socket_);
}

void Link::wait_readable() {
  socket_ = pq().socket(connection_.get());
  io_.poller().wait_readable(socket_, shared_from_this());
}

void Link::wait_writable() {
  socket_ = pq().socket(connection_.get());
  io_.poller().wait_writable(socket_, shared_from_this());
}

void Link::start(const std::string& url) {
  state_ = State::connecting;
  progress_ = io_.update_now();
  connection_.reset(begin_connecting(url));
  if (!connection_ || pq().status(connection_.get()) == CONNECTION_BAD) {
    // Later: nobody is called back from inside the call that asks.
    return io_.post([self = shared_from_this()] { self->fail(self->trouble()); });
  }
  pq().set_notice_processor(
      connection_.get(), [](void* /*unused*/, const char* /*notice*/) {}, nullptr);
  wait_writable();
}

void Link::connect_on() {
  // libpq may close this descriptor and go on with another: of the next host, or of the next address.
  io_.poller().remove(std::exchange(socket_, -1));
  const PostgresPollingStatusType next = pq().connect_poll(connection_.get());
  switch (next) {
    case PGRES_POLLING_READING:
      return wait_readable();
    case PGRES_POLLING_WRITING:
      return wait_writable();
    case PGRES_POLLING_OK:
      return greet();
    default:
      return fail(trouble());
  }
}

void Link::greet() {
  const bool ready = pq().setnonblocking(connection_.get(), 1) == 0 && pq().enter_pipeline_mode(connection_.get()) == 1;
  if (!ready) return fail(trouble());
  state_ = State::greeting;
  wait_readable();
  send(greeting_, [this](const Outcome& outcome) {
    if (state_ != State::greeting) return;
    if (outcome.failure) return fail(outcome.failure->problem);
    state_ = State::up;
    if (on_up) on_up();
  });
}

void Link::run(std::vector<Call> calls, Done done) {
  send(std::move(calls), std::move(done));
}

void Link::send(std::vector<Call> calls, Done done) {
  if (jobs_.empty()) progress_ = std::chrono::steady_clock::now();
  for (const Call& call : calls) {
    if (prepared_.insert(call.statement).second) prepare(*call.statement);
  }
  for (const Call& call : calls) {
    std::vector<const char*> values;
    values.reserve(call.parameters.size());
    for (const std::string& parameter : call.parameters) values.push_back(parameter.c_str());
    pq().send_query_prepared(connection_.get(), call.statement->name.c_str(), static_cast<int>(values.size()),
                             values.data(), nullptr, nullptr, kText);
  }
  ++waiting_;
  sync({nullptr, calls.size(), {}, std::move(done)});
  flush();
}

void Link::prepare(const Statement& statement) {
  // A sync of its own: a job before or behind it that fails must not take it along.
  pq().send_prepare(connection_.get(), statement.name.c_str(), statement.sql.c_str(), 0, nullptr);
  sync({&statement, 1, {}, {}});
}

void Link::sync(Job job) {
  pq().pipeline_sync(connection_.get());
  jobs_.push_back(std::move(job));
}

void Link::flush() {
  // What can't be sent shows when the answers are read.
  if (connection_ && pq().flush(connection_.get()) == 1) {
    wait_writable();
  }
}

void Link::on_writable() {
  if (state_ == State::connecting) return connect_on();
  flush();
}

void Link::on_readable() {
  if (state_ == State::connecting) return connect_on();
  if (!connection_) return;
  const auto self = shared_from_this();
  const bool alive = pq().consume_input(connection_.get()) == 1;
  take_answers();  // also of a connection that has just ended: the server says why
  if (!connection_) return;
  if (!alive || pq().status(connection_.get()) == CONNECTION_BAD) return fail(trouble());
  take_notifications();
  flush();
  if (connection_) wait_readable();
}

void Link::take_answers() {
  bool between = false;
  while (connection_ && !jobs_.empty() && pq().is_busy(connection_.get()) == 0) {
    PGresult* answer = pq().get_result(connection_.get());
    if (answer != nullptr) {
      between = false;
      take(Rows(answer));
    } else if (std::exchange(between, true)) {
      return;  // one stands between two statements; a second one means that there is no more
    }
  }
}

void Link::take(Rows answer) {
  progress_ = std::chrono::steady_clock::now();
  Job& job = jobs_.front();
  switch (pq().result_status(answer.native())) {
    case PGRES_PIPELINE_SYNC:
      return finish_job();
    case PGRES_PIPELINE_ABORTED:
      return;
    case PGRES_TUPLES_OK:
    case PGRES_COMMAND_OK:
      if (job.prepares == nullptr) job.outcome.rows.push_back(std::move(answer));
      return;
    default:
      if (!job.outcome.failure) job.outcome.failure = failure_of(answer.native());
  }
}

void Link::finish_job() {
  Job job = std::move(jobs_.front());
  jobs_.pop_front();
  if (job.prepares != nullptr) {
    // The call behind it fails too, with less to say; the next one tries again.
    if (job.outcome.failure) {
      prepared_.erase(job.prepares);
      const auto next =
          std::find_if(jobs_.begin(), jobs_.end(), [](const Job& one) { return one.prepares == nullptr; });
      if (next != jobs_.end() && !next->outcome.failure) next->outcome.failure = job.outcome.failure;
    }
    return;
  }
  --waiting_;
  if (!job.outcome.failure && job.outcome.rows.size() != job.calls) {
    job.outcome.failure = Failure{unavailable("The items database left a statement unanswered.")};
  }
  job.done(std::move(job.outcome));
}

void Link::take_notifications() {
  bool any = false;
  struct Free {
    void operator()(PGnotify* notice) const noexcept { pq().freemem(notice); }
  };
  while (const std::unique_ptr<PGnotify, Free> notice{pq().notifies(connection_.get())}) any = true;
  if (any && on_notified) on_notified();
}

void Link::tick(core::TimePoint now) {
  const bool owes = state_ == State::connecting || !jobs_.empty();
  if (connection_ && owes && now - progress_ > timeout_ + kGrace) {
    fail(unavailable("The items database does not answer."));
  }
}

void Link::close() {
  fail(unavailable("The connection to the items database was closed."), false);
}

void Link::fail(core::Problem why, bool tell) {
  if (std::exchange(state_, State::down) == State::down) return;
  const auto self = shared_from_this();
  if (socket_ >= 0) io_.poller().forget(std::exchange(socket_, -1));
  connection_.reset();
  const auto down = std::exchange(on_down, {});
  for (Job& job : std::exchange(jobs_, {})) {
    if (!job.done) continue;
    --waiting_;
    if (!job.outcome.failure) job.outcome.failure = Failure{broken()};
    job.outcome.failure->lost = true;
    job.done(std::move(job.outcome));
  }
  if (tell && down) down(why);
}

core::Problem Link::trouble() const {
  if (!connection_) return unavailable("There is no memory for a connection to the items database.");
  // A message of libpq's own carries no SQLSTATE; those of the server that end a connection stand in its last line.
  const std::string_view message = pq().error_message(connection_.get());
  return problem_of({}, message);
}

}  // namespace grtc::items::postgres
