#pragma once
#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "items/postgres/keeper.hpp"

namespace grtc::items::postgres {

/// The reading connections: a job goes to the one that owes least, and waits here when all owe enough.
/// Thread: the store's.
class Readers {
 public:
  Readers(net::IoThread& io, const PostgresOptions& options, PostgresCounters& counters);

  /// What is still open is answered, and can ask no more.
  ~Readers();

  void start();
  void tick(core::TimePoint now);
  /// @param done  hears the answer, or why there is none; it was not `lost` in the sense of a write
  void run(Call call, Link::Done done);
  [[nodiscard]] bool any_up() const noexcept { return best() != nullptr; }

 private:
  struct Job {
    Call call;
    Link::Done done;
  };

  /// The connection that owes least; null: none can be used.
  [[nodiscard]] Link* best() const noexcept;
  void send(Link& link, Job job);
  void pump();
  [[nodiscard]] core::Problem why() const;

  const PostgresOptions& options_;
  PostgresCounters& counters_;
  std::deque<Job> waiting_;
  bool closing_ = false;
  std::vector<std::unique_ptr<Keeper>> keepers_;
};

}  // namespace grtc::items::postgres
