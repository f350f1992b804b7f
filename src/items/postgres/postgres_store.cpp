#include "items/postgres/postgres_store.hpp"

#include <chrono>
#include <future>
#include <mutex>
#include <string_view>
#include <thread>
#include <utility>

#include "items/postgres/fetcher.hpp"
#include "items/postgres/follower.hpp"
#include "items/postgres/problems.hpp"
#include "items/postgres/read_calls.hpp"
#include "items/postgres/readers.hpp"
#include "items/postgres/schema.hpp"
#include "items/postgres/session.hpp"
#include "items/postgres/writer.hpp"
#include "net/io_thread.hpp"

namespace grtc::items::postgres {
namespace {

constexpr std::chrono::milliseconds kBetweenAttempts{200};
/// No log has it: asked for when only the log's end is wanted.
constexpr std::int64_t kNoChange = -1;

/// Whether a server that refuses so may do otherwise in a moment: it starts, or its name is not known yet.
bool may_pass(std::string_view words) noexcept {
  return words.find("authentication") == std::string_view::npos &&
         words.find("does not exist") == std::string_view::npos && words.find("invalid") == std::string_view::npos &&
         words.find("missing") == std::string_view::npos;
}

core::Result<std::unique_ptr<Session>> connect(const PostgresOptions& options) {
  const auto until = std::chrono::steady_clock::now() + options.open_patience;
  for (;;) {
    auto session = Session::open(options.url, options.timeout);
    if (session || !may_pass(session.error().sentence)) return session;
    if (std::chrono::steady_clock::now() + kBetweenAttempts > until) return session;
    std::this_thread::sleep_for(kBetweenAttempts);
  }
}

}  // namespace

struct PostgresStore::Parts {
  explicit Parts(PostgresOptions given)
      : options(std::move(given)),
        fetcher(loop, options, counters, readers),
        writer(loop, options, counters),
        readers(loop, options, counters),
        follower(loop, options, counters) {
    writer.on_committed = [this](const std::vector<Change>& changes) { follower.committed(changes); };
    writer.on_state = [this](const std::optional<core::Problem>& problem) { note(problem); };
    follower.tell = [this](const std::vector<Change>& changes) { tell(changes); };
    loop.every_tick([this](core::TimePoint now) { tick(now); });
  }

  /// Starts the thread, and waits until reads and changes flow.
  [[nodiscard]] bool start();
  /// Finishes what waits, then ends the thread.
  void stop();

  void tick(core::TimePoint now) {
    writer.tick(now);
    readers.tick(now);
    follower.tick(now);
    look();
  }
  /// Whether a read would find a connection; tells start() when all is there.
  void look() {
    reads_ok.store(readers.any_up(), std::memory_order_relaxed);
    if (!readers.any_up() || !follower.follows()) return;
    if (auto ready = std::exchange(started, std::nullopt)) ready->set_value();
  }
  void tell(const std::vector<Change>& changes) {
    const std::lock_guard lock(subscribers_mutex);
    for (const auto& heard : subscribers) heard(changes);
  }
  void note(const std::optional<core::Problem>& problem) {
    const std::string sentence = problem ? problem->sentence : "The items database can be used.";
    if (std::exchange(noted, sentence) == sentence || !options.report) return;
    if (problem || was_bad) options.report(problem.has_value(), "DATABASE_URL: " + sentence);
    was_bad = problem.has_value();
  }

  /// Runs `call` on a reading connection, and `done` with what `read` makes of the answer on `on`.
  template <class T, class Read>
  void read_by(Call call, core::Executor& on, Done<T> done, Read read) {
    readers.run(std::move(call), [&on, done = std::move(done), read = std::move(read)](Outcome outcome) mutable {
      core::Result<T> result = outcome.failure ? core::Result<T>(std::move(outcome.failure->problem))
                                               : core::Result<T>(read(outcome.rows.front()));
      on.post([done = std::move(done), result = std::move(result)]() mutable { done(std::move(result)); });
    });
  }

  const PostgresOptions options;
  PostgresCounters counters;
  std::atomic<bool> reads_ok{false};
  std::string noted;
  bool was_bad = false;
  std::optional<std::promise<void>> started;  ///< the store's thread, once it runs
  std::mutex subscribers_mutex;
  std::vector<std::function<void(const std::vector<Change>&)>> subscribers;
  Pages pages;
  net::IoThread loop{0};
  // Those below answer what is still open when they end, and use what is above them for it.
  Fetcher fetcher;
  Writer writer;
  Readers readers;
  Follower follower;
  std::thread thread;
};

bool PostgresStore::Parts::start() {
  started.emplace();
  auto ready = started->get_future();
  thread = std::thread([this] {
    writer.start();
    readers.start();
    follower.start();
    loop.run();
  });
  return ready.wait_for(options.open_patience) == std::future_status::ready;
}

void PostgresStore::Parts::stop() {
  if (!thread.joinable()) return;
  std::promise<void> finished;
  auto done = finished.get_future();
  loop.post([this, &finished] { writer.when_idle([&finished] { finished.set_value(); }); });
  // A batch takes at most the time that each of its answers may; then its connection counts as broken.
  done.wait();
  loop.stop();
  thread.join();
}

PostgresStore::PostgresStore(Opening /*key*/, std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

PostgresStore::~PostgresStore() {
  parts_->stop();
}

core::Result<std::unique_ptr<PostgresStore>> PostgresStore::open(PostgresOptions options) {
  // libpq's own words about a bad URI repeat parts of it, perhaps the password.
  if (!is_connection_uri(options.url)) {
    return core::Problem{core::Code::bad_request,
                         "DATABASE_URL=(hidden): must be postgresql://user:password@host:port/database.",
                         {},
                         0};
  }
  auto session = connect(options);
  const core::Result<void> ready = session ? migrate(**session) : core::Result<void>(session.error());
  if (!ready) return unavailable("DATABASE_URL: " + ready.error().sentence);
  leave_gap(**session);
  session = core::Problem();  // the pool has its own
  auto parts = std::make_unique<Parts>(std::move(options));
  const bool started = parts->start();
  auto store = std::make_unique<PostgresStore>(Opening(), std::move(parts));
  if (started) return store;
  return unavailable("DATABASE_URL: the server takes no more connections (DATABASE_POOL=" +
                     std::to_string(store->parts_->options.pool) + ").");
}

void PostgresStore::create(Draft draft, std::optional<Idempotency> once, core::Executor& on, Done<Item> done) {
  parts_->writer.submit({CreateItem{std::move(draft), std::move(once)}, &on, std::move(done)});
}

void PostgresStore::replace(ItemId id, Draft draft, Precondition when, core::Executor& on, Done<Item> done) {
  parts_->writer.submit({ReplaceItem{id, std::move(draft), std::move(when)}, &on, std::move(done)});
}

void PostgresStore::patch(ItemId id, JsonPatch patch, Precondition when, core::Executor& on, Done<Item> done) {
  parts_->writer.submit({PatchItem{id, std::move(patch), std::move(when)}, &on, std::move(done)});
}

void PostgresStore::remove(ItemId id, Precondition when, core::Executor& on, Done<Item> done) {
  parts_->writer.submit({RemoveItem{id, std::move(when)}, &on, std::move(done)});
}

void PostgresStore::get(ItemId id, core::Executor& on, Done<Item> done) {
  parts_->fetcher.get(id, on, std::move(done));
}

void PostgresStore::list(ListQuery query, core::Executor& on, Done<Page> done) {
  parts_->loop.post([parts = parts_.get(), query = std::move(query), &on, done = std::move(done)]() mutable {
    core::Result<Call> call = parts->pages.call(query);
    if (!call) {
      return on.post([done = std::move(done), why = std::move(call).error()] { done(why); });
    }
    parts->read_by<Page>(*std::move(call), on, std::move(done),
                         [query = std::move(query)](const Rows& answer) { return Pages::read(query, answer); });
  });
}

void PostgresStore::changes_after(std::optional<std::int64_t> change_id, core::Executor& on, Done<ChangeSlice> done) {
  parts_->loop.post([parts = parts_.get(), change_id, &on, done = std::move(done)]() mutable {
    parts->read_by<ChangeSlice>(changes_call(change_id.value_or(kNoChange)), on, std::move(done),
                                [change_id](const Rows& answer) {
                                  ChangeSlice slice = read_changes(answer).slice;
                                  if (!change_id) slice.complete = true;
                                  return slice;
                                });
  });
}

void PostgresStore::subscribe(std::function<void(const std::vector<Change>&)> heard) {
  const std::lock_guard lock(parts_->subscribers_mutex);
  parts_->subscribers.push_back(std::move(heard));
}

bool PostgresStore::readable() const {
  return parts_->reads_ok.load(std::memory_order_relaxed);
}

const PostgresCounters& PostgresStore::counters() const noexcept {
  return parts_->counters;
}

std::size_t PostgresStore::queued_writes() const {
  return parts_->writer.queued();
}

}  // namespace grtc::items::postgres
