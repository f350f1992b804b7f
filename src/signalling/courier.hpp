#pragma once
#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "net/io_thread.hpp"

namespace grtc::signalling {

/// Takes messages from one I/O thread to the others. What a turn of the loop has for one of them goes as one batch, in
/// order. Nothing is locked and nothing waits: how much is on its way is counted, and at the bound a message is
/// refused. Thread: the one it takes from; the messages arrive on the other one's.
template <class Message>
class Courier {
 public:
  /// Where messages go: the thread, and what it does with one.
  struct Stop {
    net::IoThread* io = nullptr;
    std::function<void(Message)> take;
  };
  /// Bytes on their way to one thread over which messages are refused. Half of it: see congested().
  static constexpr std::size_t kBound = std::size_t{8} * 1024 * 1024;

  explicit Courier(net::IoThread& from) : from_(from) {}

  /// Before anything is sent. Each `stop` outlives the loops.
  void connect(std::vector<Stop> stops) {
    for (Stop& stop : stops) lines_.push_back({std::move(stop), std::make_shared<std::atomic<std::size_t>>(0), {}, 0});
  }

  /// @param bytes  what the message holds, about
  /// @param must   goes over the bound: for what is bounded by the number of connections, as a farewell
  /// @return false: the bound is reached and nothing was sent
  bool send(std::size_t to, Message message, std::size_t bytes, bool must = false) {
    Line& line = lines_[to];
    bytes += sizeof(Message);
    if (!must && line.on_their_way->load(std::memory_order_relaxed) + bytes > kBound) return false;
    line.on_their_way->fetch_add(bytes, std::memory_order_relaxed);
    line.bytes += bytes;
    if (line.batch.empty() && waiting_++ == 0) from_.at_end_of_turn([this] { depart(); });
    line.batch.push_back(std::move(message));
    return true;
  }

  /// Some thread is behind: who can wait with sending should.
  [[nodiscard]] bool congested() const noexcept {
    for (const Line& line : lines_) {
      if (line.on_their_way->load(std::memory_order_relaxed) > kBound / 2) return true;
    }
    return false;
  }

 private:
  struct Line {
    Stop stop;
    std::shared_ptr<std::atomic<std::size_t>> on_their_way;  ///< bytes; both threads count it
    std::vector<Message> batch;
    std::size_t bytes = 0;  ///< of the batch
  };

  void depart() {
    waiting_ = 0;
    for (Line& line : lines_) {
      if (line.batch.empty()) continue;
      // Shared: a posted task has to be copyable. The other thread alone touches it from here on.
      auto batch = std::make_shared<std::vector<Message>>(std::exchange(line.batch, {}));
      line.stop.io->post([batch = std::move(batch), take = &line.stop.take, on_their_way = line.on_their_way,
                          bytes = std::exchange(line.bytes, 0)] {
        for (Message& message : *batch) (*take)(std::move(message));
        on_their_way->fetch_sub(bytes, std::memory_order_relaxed);
      });
    }
  }

  net::IoThread& from_;
  std::vector<Line> lines_;
  std::size_t waiting_ = 0;  ///< lines whose batch is not empty
};

}  // namespace grtc::signalling
