#pragma once

namespace grtc::app {

/// Something that blocking calls wait for besides their socket, so that they can be cut short from another thread.
class StopLine {
 public:
  StopLine();
  StopLine(const StopLine&) = delete;
  StopLine& operator=(const StopLine&) = delete;
  ~StopLine();

  /// Any thread; for good.
  void pull() noexcept;
  /// Readable once pulled: for poll(2).
  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

 private:
  int descriptor_ = -1;
};

}  // namespace grtc::app
