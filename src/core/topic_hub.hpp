#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace grtc::core {

/// Who subscribes: a connection, known by the thread that it lives on and its number there.
struct Subscriber {
  std::uint32_t place = 0;
  std::uint64_t number = 0;
  friend bool operator==(const Subscriber&, const Subscriber&) = default;
};

/// Whoever published in another process: it has no seat here.
inline constexpr Subscriber kElsewhere{0xFFFF'FFFFU, 0};

struct SubscriberHash {
  std::size_t operator()(const Subscriber& who) const noexcept {
    return std::hash<std::uint64_t>()(who.number * 0x9E3779B97F4A7C15ULL + who.place);
  }
};

/// Topics and who subscribes to them: those topics that live on this thread. It only says who gets what; frames and
/// connections are its caller's. A topic without subscribers costs nothing. No I/O and no clock. Thread: one.
class TopicHub {
 public:
  /// @param max_subscribers  of one topic
  explicit TopicHub(std::size_t max_subscribers) noexcept : max_subscribers_(max_subscribers) {}

  /// False: the topic is full. Again is harmless.
  [[nodiscard]] bool subscribe(std::string_view topic, Subscriber who);
  void unsubscribe(std::string_view topic, Subscriber who);

  /// What a publication says of itself, as far as it can be read.
  struct Direction {
    std::string_view from;  ///< the name that its publisher goes by; empty: not said
    std::string_view to;    ///< the name of the one it is meant for; empty: all
  };
  struct Audience {
    const std::vector<Subscriber>* receivers = nullptr;  ///< good until the next call; null: nobody
    std::size_t subscribers = 0;
  };
  /// Who gets a publication of `publisher`, who need not subscribe. One that is meant for a name goes to the
  /// subscribers that published under that name, and to all while nobody did; to none here when somebody elsewhere did.
  [[nodiscard]] Audience audience(std::string_view topic, Subscriber publisher, const Direction& direction);

  [[nodiscard]] std::size_t subscribers(std::string_view topic) const;
  [[nodiscard]] std::size_t topics() const noexcept { return topics_.size(); }
  /// Each topic and the number of its subscribers.
  template <class Visit>
  void each(Visit&& visit) const {
    for (const auto& [name, topic] : topics_) visit(name, topic->subscribers.size());
  }

 private:
  struct Seat {
    std::size_t index = 0;           ///< in the topic's list
    std::vector<std::string> names;  ///< it published under, oldest first
  };
  struct Topic {
    std::string name;
    std::vector<Subscriber> subscribers;
    std::unordered_map<Subscriber, Seat, SubscriberHash> seats;
    std::unordered_map<std::string, std::vector<Subscriber>> named;
    std::unordered_set<std::string> elsewhere;  ///< names of those who published in other processes
  };

  static void remember(Topic& topic, Subscriber publisher, std::string_view name);
  static void forget(Topic& topic, Subscriber who, const std::string& name);

  const std::size_t max_subscribers_;
  std::unordered_map<std::string_view, std::unique_ptr<Topic>> topics_;  ///< keys point into the topics
};

}  // namespace grtc::core
