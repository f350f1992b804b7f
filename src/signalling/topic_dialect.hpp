#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "signalling/members.hpp"

namespace grtc::signalling {

/// What a client of a topic hub asks for, whatever its dialect.
struct TopicCall {
  enum class Kind : std::uint8_t { ignored, subscribe, unsubscribe, publish, ping };
  Kind kind = Kind::ignored;
  std::vector<std::string> topics;  ///< of a publication: one
  std::string text;                 ///< of a publication: see TopicDialect::finish()
  std::string from;                 ///< its publisher's name in the topic, as far as it can be read
  std::string to;                   ///< the name that it is meant for; empty: all
};

/// How a dialect's clients talk to topics. Immutable, any thread.
class TopicDialect {
 public:
  TopicDialect() = default;
  TopicDialect(const TopicDialect&) = delete;
  TopicDialect& operator=(const TopicDialect&) = delete;
  virtual ~TopicDialect() = default;

  /// What stands before the `/` and the topic in a token's `room`, in logs and in admin calls.
  [[nodiscard]] virtual std::string_view prefix() const noexcept = 0;
  [[nodiscard]] virtual ObjectFault read(std::string_view text, TopicCall& out) const = 0;
  /// The text that the subscribers get of a publication.
  /// @param subscribers  of its topic, when it got there
  [[nodiscard]] virtual std::string finish(std::string text, std::size_t subscribers) const = 0;
  /// The answer to a ping.
  [[nodiscard]] virtual std::string_view pong() const noexcept = 0;
  /// A refusal as a frame; empty: the dialect has none, the client is not told.
  [[nodiscard]] virtual std::string error(std::string_view code, std::string_view sentence,
                                          std::string_view topic) const = 0;
};

}  // namespace grtc::signalling
