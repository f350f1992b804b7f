#pragma once
#include "signalling/topic_dialect.hpp"

namespace grtc::signalling {

/// The WebSocket relay of Trystero (docs/compat.md): topics are hashes and payloads encrypted, so all that is to be
/// known of them is where they go.
class TrysteroDialect final : public TopicDialect {
 public:
  [[nodiscard]] std::string_view prefix() const noexcept override { return "trystero"; }
  [[nodiscard]] ObjectFault read(std::string_view text, TopicCall& out) const override;
  [[nodiscard]] std::string finish(std::string text, std::size_t /*subscribers*/) const override { return text; }
  [[nodiscard]] std::string_view pong() const noexcept override { return {}; }
  [[nodiscard]] std::string error(std::string_view /*code*/, std::string_view /*sentence*/,
                                  std::string_view /*topic*/) const override {
    return {};
  }
};

}  // namespace grtc::signalling
