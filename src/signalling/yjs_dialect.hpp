#pragma once
#include "signalling/topic_dialect.hpp"

namespace grtc::signalling {

/// y-webrtc's signalling (docs/compat.md).
class YjsDialect final : public TopicDialect {
 public:
  /// @param directed  YJS_DIRECTED: handshakes go to the one that they are meant for
  explicit YjsDialect(bool directed) noexcept : directed_(directed) {}

  [[nodiscard]] std::string_view prefix() const noexcept override { return "yjs"; }
  [[nodiscard]] ObjectFault read(std::string_view text, TopicCall& out) const override;
  [[nodiscard]] std::string finish(std::string text, std::size_t subscribers) const override;
  [[nodiscard]] std::string_view pong() const noexcept override { return R"({"type":"pong"})"; }
  [[nodiscard]] std::string error(std::string_view code, std::string_view sentence,
                                  std::string_view topic) const override;

 private:
  bool directed_;
};

}  // namespace grtc::signalling
