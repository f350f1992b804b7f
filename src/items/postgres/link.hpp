#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.hpp"
#include "items/postgres/call.hpp"
#include "net/io_thread.hpp"

struct pg_conn;  // libpq's PGconn

namespace grtc::items::postgres {

/// One connection to the server, non-blocking and in pipeline mode (libpq, chapter 34.5): jobs are sent as they come
/// and answered in their order. It is made once; when it breaks, whoever owns it makes another. Lives in a shared_ptr.
/// Thread: its loop's, which is the store's own: libpq asks for a host's address with a call that blocks.
class Link final : public net::ReadyHandler, public std::enable_shared_from_this<Link> {
 public:
  using Done = std::function<void(Outcome)>;

  /// @param greeting  what is run before anything else; when it fails the connection does
  /// @param timeout   of the connection attempt, and of each answer
  Link(net::IoThread& io, std::vector<Call> greeting, std::chrono::milliseconds timeout);
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;
  ~Link() override;

  /// @param url  a libpq connection URI
  void start(const std::string& url);
  /// The calls run one after the other, in one transaction if they begin none; the first failure skips the rest.
  /// @pre is_up()
  void run(std::vector<Call> calls, Done done);
  /// Ends it: what waits is answered as lost, nobody else is called.
  void close();
  /// About every 100 ms: gives up when an answer is overdue.
  void tick(core::TimePoint now);

  [[nodiscard]] bool is_up() const noexcept { return state_ == State::up; }
  /// Jobs that have not been answered.
  [[nodiscard]] std::size_t waiting() const noexcept { return waiting_; }

  std::function<void()> on_up;
  /// Once: it could not be made, or broke. All jobs have been answered before.
  std::function<void(const core::Problem& why)> on_down;
  /// A channel that the greeting listens to has something new.
  std::function<void()> on_notified;

 private:
  enum class State : std::uint8_t { fresh, connecting, greeting, up, down };
  /// What a pipeline's sync answers for: calls, or the preparation of one statement.
  struct Job {
    const Statement* prepares = nullptr;
    std::size_t calls = 0;
    Outcome outcome = {};
    Done done = {};
  };
  struct Close {
    void operator()(pg_conn* connection) const noexcept;
  };

  void on_readable() override;
  void on_writable() override;
  void connect_on();
  void wait_readable();
  void wait_writable();
  void greet();
  void send(std::vector<Call> calls, Done done);
  void prepare(const Statement& statement);
  void sync(Job job);
  void flush();
  void take_answers();
  void take(Rows answer);
  void finish_job();
  void take_notifications();
  void fail(core::Problem why, bool tell = true);
  [[nodiscard]] core::Problem trouble() const;

  net::IoThread& io_;
  const std::vector<Call> greeting_;
  const std::chrono::milliseconds timeout_;
  std::unique_ptr<pg_conn, Close> connection_;
  int socket_ = -1;  ///< as the loop knows it: libpq closes its own without a word
  State state_ = State::fresh;
  std::deque<Job> jobs_;
  std::size_t waiting_ = 0;
  std::set<const Statement*> prepared_;
  core::TimePoint progress_;  ///< when the server last answered, or was asked while it owed nothing
};

}  // namespace grtc::items::postgres
