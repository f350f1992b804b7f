#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "cluster/shared_rooms.hpp"
#include "redis/client.hpp"
#include "signalling/topic_bus.hpp"

namespace grtc::cluster {

/// The topics of one dialect and thread, shared through Redis: a topic is a sharded channel, and a hash of how many
/// subscribers each replica has. Nothing is kept: who is not there when something is said does not hear it, as the
/// dialects want it.  Thread: its loop's.
class SharedTopics final : public signalling::TopicBus {
 public:
  /// @param prefix  of the dialect: topics of two dialects never meet
  SharedTopics(net::IoThread& io, const ClusterOptions& options, std::string prefix);
  ~SharedTopics() override;

  // signalling::TopicBus
  void count(const std::string& topic, std::size_t subscribers, Counted counted) override;
  void publish(core::Publication publication) override;
  void list(Listed listed) override;

 private:
  class Topic;
  struct Held {
    core::Publication publication;
    core::TimePoint since;
  };

  [[nodiscard]] std::string key_of(const std::string& topic, std::string_view what) const;
  void say(const std::string& topic, std::size_t subscribers, const std::string& text, redis::Client::OnReply on_reply);
  /// @param is_heard  its echo comes; else the subscribers here are told at once
  void send(core::Publication publication, std::size_t subscribers, bool is_heard);
  /// What waited for the topic's channel is published now.
  void release(const std::string& topic);
  void release_overdue(core::TimePoint now);
  void take(std::string_view payload, const std::string& topic);
  void take_own(std::uint64_t number, std::size_t subscribers);
  /// Its echo will not come: the subscribers here must not wait for it.
  void give_up(std::uint64_t number);
  void give_up_all(const std::string& topic);
  void tell(core::Publication publication, std::optional<std::size_t> subscribers);
  void enlist(const std::string& topic);
  void on_state();
  void tick(core::TimePoint now);

  net::IoThread& io_;
  const std::string prefix_;
  const std::string origin_;
  const std::string index_;  ///< the key of all topics' names, each with the time until which it is believed
  redis::Client client_;
  std::unordered_map<std::string, std::unique_ptr<Topic>> topics_;  ///< those with subscribers here
  std::map<std::uint64_t, core::Publication> pending_;              ///< said here, and not heard back yet
  std::deque<Held> held_;  ///< said here while the channel of its topic was not there yet, oldest first
  std::uint64_t number_ = 0;
  core::TimePoint counted_at_{};
};

}  // namespace grtc::cluster
