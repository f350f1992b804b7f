#pragma once
#include <string>

#include "core/topic_hub.hpp"

namespace grtc::core {

/// What a subscriber says to a topic.
struct Publication {
  std::string topic;
  Subscriber publisher;
  std::string text;  ///< in the dialect's form
  std::string from;  ///< see TopicHub::Direction
  std::string to;
};

/// The way to the hub that a topic lives in: on this thread, on another one or, behind a bus, in other processes too.
/// Who subscribes and publishes knows nothing else of where the others are. What one calls for a topic happens in that
/// order, and all subscribers see a topic's publications in one order. Thread: the subscriber's.
class TopicRoute {
 public:
  TopicRoute() = default;
  TopicRoute(const TopicRoute&) = delete;
  TopicRoute& operator=(const TopicRoute&) = delete;

  virtual void subscribe(const std::string& topic, Subscriber who) = 0;
  virtual void unsubscribe(const std::string& topic, Subscriber who) = 0;
  virtual void publish(Publication publication) = 0;

 protected:
  ~TopicRoute() = default;
};

}  // namespace grtc::core
