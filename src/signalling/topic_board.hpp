#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "core/topic_hub.hpp"
#include "core/topic_route.hpp"
#include "net/raw_socket.hpp"
#include "ops/jwt.hpp"
#include "signalling/compat_hub.hpp"
#include "signalling/courier.hpp"
#include "signalling/topic_bus.hpp"
#include "signalling/topic_dialect.hpp"

namespace grtc::signalling {

class TopicClient;

/// What the boards of one dialect are told at start. Every value comes from the settings.
struct TopicOptions {
  CompatOptions common;
  std::size_t max_subscribers = 0;  ///< MAX_PEERS_PER_ROOM, of one topic
  const TopicDialect* dialect = nullptr;
};

/// What a connection may do, as its token says.
struct TopicPass {
  bool needed = false;                    ///< ROOM_TOKEN_SECRET is set
  std::optional<ops::RoomClaims> claims;  ///< of a good token
  std::string fault;                      ///< why there is none, for a person
};

/// A connection whose upgrade request was good.
struct TopicArrival {
  net::RawSocket socket;
  std::string handshake;  ///< the 101 answer, to be sent in front of everything
  std::string early;      ///< bytes behind the request
  TopicPass pass;
  std::shared_ptr<void> ticket;
};

/// The clients of one topic dialect that one I/O thread accepted, and the topics that live on it. A topic lives on the
/// thread that its name hashes to, its subscribers on any: what is said to it goes there by message, in order, and from
/// there once to each thread that has subscribers. Thread: that one, but for what says otherwise.
class TopicBoard final : public CompatHub, public core::TopicRoute {
 public:
  TopicBoard(net::IoThread& io, const TopicOptions& options, ops::Log& log);
  ~TopicBoard() override;

  /// Before the loops run: all boards of the dialect, this one among them, in the order of their threads.
  void connect(const std::vector<TopicBoard*>& all);
  /// Likewise: the topics that live here are those of other processes too.
  void share(std::unique_ptr<TopicBus> bus);

  void arrive(TopicArrival arrival);
  [[nodiscard]] const TopicDialect& dialect() const noexcept { return *options_.dialect; }
  [[nodiscard]] const core::TopicHub& topics() const noexcept { return topics_; }
  /// Null: this process is alone.
  [[nodiscard]] TopicBus* bus() const noexcept { return bus_.get(); }

  // core::TopicRoute
  void subscribe(const std::string& topic, core::Subscriber who) override;
  void unsubscribe(const std::string& topic, core::Subscriber who) override;
  void publish(core::Publication publication) override;

 private:
  friend class TopicClient;
  struct Subscription {
    std::string topic;
    core::Subscriber who;
    bool begins;
  };
  struct Delivery {
    core::SharedFrame frame;  ///< the only reference to it
    std::vector<std::uint64_t> to;
  };
  struct Full {
    std::string topic;
    std::uint64_t who;
  };
  using Message = std::variant<Subscription, core::Publication, Delivery, Full>;

  [[nodiscard]] bool congested() const override { return courier_.congested(); }
  [[nodiscard]] std::size_t home_of_topic(const std::string& topic) const;
  [[nodiscard]] core::Subscriber enter(TopicClient& client);
  void leave(core::Subscriber who);
  void refuse() { counters_.refused.add(); }
  void refuse(Subscription subscription);
  void count(const std::string& topic, TopicBus::Counted counted);

  void take(Message message);
  void take(Subscription subscription);
  void take(core::Publication publication);
  void tell(core::Publication publication, std::optional<std::size_t> subscribers);
  void take(const Delivery& delivery);
  void take(const Full& full);

  const TopicOptions& options_;
  core::TopicHub topics_;
  std::unique_ptr<TopicBus> bus_;  ///< null: this process is alone
  Courier<Message> courier_;
  std::uint32_t self_ = 0;
  std::size_t boards_ = 1;
  std::uint64_t last_number_ = 0;
  std::unordered_map<std::uint64_t, TopicClient*> clients_by_number_;
  std::vector<std::vector<std::uint64_t>> receivers_;  ///< by thread; empty between two publications
  TopicCall call_;                                     ///< reused for each message
};

}  // namespace grtc::signalling
