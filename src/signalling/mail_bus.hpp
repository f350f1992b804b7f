#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/mailroom.hpp"

namespace grtc::signalling {

/// Agrees with the other processes where each address lives: in one of them at a time, where its holder is connected or
/// letters for it wait. Carries letters there. Thread: that of its mailroom.
class MailBus {
 public:
  MailBus() = default;
  MailBus(const MailBus&) = delete;
  MailBus& operator=(const MailBus&) = delete;
  virtual ~MailBus() = default;

  enum class Entry : std::uint8_t {
    here,   ///< the address lives here now: claim it in the mailroom, where what waited elsewhere is already
    taken,  ///< a connection to another process holds it, and gave a sign of life
    full,   ///< its group has no place in all processes
  };
  using Decided = std::function<void(Entry)>;

  /// A connection of this process wants to hold `address`. While the others are out of reach it lives here at once.
  /// @param most     holders of its group, in all processes
  /// @param decided  runs once, within some 3 s; inside this call when the address lives here already
  virtual void enter(const std::string& address, const std::string& token, std::size_t most, Decided decided) = 0;
  /// The mailroom has letters for `address` from before the start.
  virtual void adopt(const std::string& address) = 0;
  [[nodiscard]] virtual bool is_here(const std::string& address) const = 0;
  /// To an address that does not live here. One that may wait and whose address lives nowhere comes back by arrived().
  virtual void send(core::Letter letter) = 0;
  /// The holder of an address that lives here gave a sign of life.
  virtual void alive(const std::string& address) = 0;
  /// Has the holder dismissed in whichever process it is. `done(false)`: nobody holds the address.
  virtual void remove(const std::string& address, std::function<void(bool removed)> done) = 0;
  /// The names that are held of a group, at most 10,000; nothing: the others are out of reach.
  virtual void names(const std::string& group, std::function<void(std::optional<std::vector<std::string>>)> done) = 0;

  std::function<void(core::Letter)> arrived;  ///< for the mailroom here
  std::function<void(core::Letter)> refused;  ///< a bound stood against it
};

}  // namespace grtc::signalling
