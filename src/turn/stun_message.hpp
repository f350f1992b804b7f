#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "turn/endpoint.hpp"

namespace grtc::turn {

/// RFC 8489 §18.2 and RFC 8656 §17.
enum class Method : std::uint16_t {
  binding = 0x001,
  allocate = 0x003,
  refresh = 0x004,
  send = 0x006,
  data = 0x007,
  create_permission = 0x008,
};

/// RFC 8489 §5: the two C bits of the type.
enum class Class : std::uint8_t { request = 0, indication = 1, success = 2, error = 3 };

/// RFC 8489 §18.3 and RFC 8656 §18: those that a TURN client of ours meets.
enum class Attribute : std::uint16_t {
  username = 0x0006,
  message_integrity = 0x0008,
  error_code = 0x0009,
  lifetime = 0x000D,
  xor_peer_address = 0x0012,
  data = 0x0013,
  realm = 0x0014,
  nonce = 0x0015,
  xor_relayed_address = 0x0016,
  requested_transport = 0x0019,
  xor_mapped_address = 0x0020,
  software = 0x8022,
  fingerprint = 0x8028,
};

using TransactionId = std::array<char, 12>;

/// What a server refuses a request with (RFC 8489 §14.8).
struct ErrorCode {
  int code = 0;             ///< 300 to 699
  std::string_view reason;  ///< the server's own words, any bytes
};

/// A STUN message as it arrived: a view, valid as long as the bytes are.
/// @see RFC 8489 §5 header, §14 attributes
class StunMessage {
 public:
  /// Takes exactly one message. Allocates nothing.
  /// @return nothing when the bytes are no STUN message: the top bits, the cookie, a length that differs from what is
  ///         there or is no multiple of four, an attribute that reaches over the end
  [[nodiscard]] static std::optional<StunMessage> parse(std::string_view bytes) noexcept;

  [[nodiscard]] Method method() const noexcept { return method_; }
  [[nodiscard]] Class kind() const noexcept { return class_; }
  [[nodiscard]] const TransactionId& transaction() const noexcept { return transaction_; }

  /// The value of the first such attribute (the others are ignored, §14) in front of MESSAGE-INTEGRITY; what follows
  /// that one is not signed (§14.5).
  [[nodiscard]] std::optional<std::string_view> find(Attribute type) const noexcept;
  /// The big-endian number of a four-byte attribute.
  [[nodiscard]] std::optional<std::uint32_t> number(Attribute type) const noexcept;
  /// XOR-MAPPED-ADDRESS and its like (§14.2); nothing when it is absent or no address.
  [[nodiscard]] std::optional<Endpoint> endpoint(Attribute type) const;
  /// ERROR-CODE; nothing when it is absent, too short or out of range.
  [[nodiscard]] std::optional<ErrorCode> error() const noexcept;

  /// MESSAGE-INTEGRITY is there and made with `key` (§14.5). Takes constant time over the digest.
  [[nodiscard]] bool is_signed_with(std::string_view key) const;
  /// FINGERPRINT is the last attribute and right (§14.7).
  [[nodiscard]] bool has_fingerprint() const;

 private:
  StunMessage() = default;

  std::string_view bytes_;
  Method method_ = Method::binding;
  Class class_ = Class::request;
  TransactionId transaction_{};
  std::size_t integrity_at_ = 0;    ///< offset of MESSAGE-INTEGRITY; 0: there is none
  std::size_t fingerprint_at_ = 0;  ///< offset of a FINGERPRINT at the end; 0: there is none
};

inline constexpr std::size_t kStunHeader = 20;

/// How many bytes the message has that `head` begins, for streams, where nothing else tells (RFC 8489 §6.2.2).
/// @return 0: less than a header is there; nothing: no STUN message begins so
[[nodiscard]] std::optional<std::size_t> stun_size(std::string_view head) noexcept;

/// Builds a message, attribute by attribute, in the order of the calls.
class StunWriter {
 public:
  StunWriter(Method method, Class kind, const TransactionId& transaction);

  /// @param value  up to 65,535 bytes; padded to a multiple of four with zeros
  StunWriter& add(Attribute type, std::string_view value);
  StunWriter& add_number(Attribute type, std::uint32_t value);
  /// XOR-PEER-ADDRESS and its like (§14.2).
  StunWriter& add_endpoint(Attribute type, const Endpoint& endpoint);
  /// MESSAGE-INTEGRITY over all before it (§14.5).
  StunWriter& sign(std::string_view key);
  /// FINGERPRINT; the last one (§14.7).
  StunWriter& add_fingerprint();
  [[nodiscard]] const std::string& bytes() const noexcept { return bytes_; }

 private:
  void write_length(std::size_t length);

  std::string bytes_;
};

/// The key of the long-term mechanism: MD5(username ":" realm ":" password).
/// @see RFC 8489 §9.2.2
[[nodiscard]] std::string long_term_key(std::string_view username, std::string_view realm, std::string_view password);

}  // namespace grtc::turn
