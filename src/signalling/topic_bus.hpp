#pragma once
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/topic_route.hpp"

namespace grtc::signalling {

/// Carries what is said to the topics of one thread to the other processes and back. Thread: that of its board.
class TopicBus {
 public:
  TopicBus() = default;
  TopicBus(const TopicBus&) = delete;
  TopicBus& operator=(const TopicBus&) = delete;
  virtual ~TopicBus() = default;

  using Counted = std::function<void(std::size_t all)>;

  /// The topic has so many subscribers here now; 0: nobody.
  /// @param counted  hears how many that makes in all processes; not while they are out of reach
  virtual void count(const std::string& topic, std::size_t subscribers, Counted counted) = 0;
  /// Says it to all processes, this one among them, in one order for all: heard() tells when it is this one's turn.
  /// While the others are out of reach heard() is called at once, and they never hear of it.
  virtual void publish(core::Publication publication) = 0;

  using Listed = std::function<void(std::optional<std::vector<std::pair<std::string, std::size_t>>> topics)>;
  /// The topics of all processes and how many subscribers each has; nothing: they are out of reach. At most 10,000.
  virtual void list(Listed listed) = 0;

  /// What is due to the subscribers here. Its publisher is core::kElsewhere for one of another process.
  /// @param subscribers  of the topic, in all processes; nothing: not known, as they are out of reach
  std::function<void(core::Publication publication, std::optional<std::size_t> subscribers)> heard;
};

}  // namespace grtc::signalling
