#pragma once
#include <string>
#include <vector>

#include "http/options.hpp"
#include "signalling/topic_board.hpp"

namespace grtc::signalling {

/// Where the clients of a topic dialect come in. They stay on the thread that accepted them: one connection has many
/// topics, which live on many threads. Any thread.
class TopicDoor {
 public:
  /// @param room_token_secret  ROOM_TOKEN_SECRET; empty: everyone may use every topic
  TopicDoor(std::string room_token_secret, std::vector<TopicBoard*> boards)
      : secret_(std::move(room_token_secret)), boards_(std::move(boards)) {}

  void admit(http::Upgrade upgrade) const;

 private:
  [[nodiscard]] TopicPass pass_of(const http::Request& request) const;
  [[nodiscard]] TopicBoard& board_on(const core::Executor* executor) const;

  std::string secret_;
  std::vector<TopicBoard*> boards_;
};

}  // namespace grtc::signalling
