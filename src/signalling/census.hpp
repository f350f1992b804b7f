#pragma once
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace grtc::signalling {

/// Counts the WebSocket connections of the whole process and of each client address. Any thread; asked once a
/// connection, never for a message.
class Census : public std::enable_shared_from_this<Census> {
 public:
  /// @param max_all      MAX_CONNECTIONS
  /// @param max_address  MAX_CONNECTIONS_PER_IP; 0: no bound
  Census(std::size_t max_all, std::size_t max_address) : max_all_(max_all), max_address_(max_address) {}

  /// A place for one more connection, held until the ticket goes. Null: a bound is reached.
  [[nodiscard]] std::shared_ptr<void> enter(const std::string& address);
  [[nodiscard]] std::size_t size() const;

 private:
  void leave(const std::string& address);

  const std::size_t max_all_;
  const std::size_t max_address_;
  mutable std::mutex mutex_;
  std::size_t all_ = 0;
  std::unordered_map<std::string, std::size_t> by_address_;  ///< kept only while max_address_ asks for it
};

}  // namespace grtc::signalling
