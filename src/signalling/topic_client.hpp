#pragma once
#include <string>
#include <string_view>
#include <unordered_set>

#include "signalling/compat_client.hpp"
#include "signalling/topic_board.hpp"

namespace grtc::signalling {

/// One connection that subscribes and publishes to topics. Thread: its board's.
class TopicClient final : public CompatClient {
 public:
  /// Takes the socket, the pass and the ticket out of `arrival`.
  TopicClient(TopicBoard& board, TopicArrival& arrival);

  /// False: it reads too slowly and was closed; part_now() is due.
  [[nodiscard]] bool deliver(const core::SharedFrame& frame) { return give(frame); }
  void part_now() { part(); }
  void topic_is_full(const std::string& topic);

 private:
  // CompatClient
  void on_frame(std::string_view text) override;
  void on_parting() override;
  void on_flooding() override;

  void subscribe(const TopicCall& call);
  void unsubscribe(const TopicCall& call);
  void publish(TopicCall& call);
  /// Whether the client may use `topic`; tells it when not.
  [[nodiscard]] bool may_use(const std::string& topic);
  void refuse(std::string_view code, std::string_view sentence, std::string_view topic);

  TopicBoard& board_;
  TopicPass pass_;
  const core::Subscriber self_;
  std::unordered_set<std::string> topics_;
  std::size_t told_ = 0;  ///< refusals within the frame that is being read
};

}  // namespace grtc::signalling
