#include "turn/stun_message.hpp"

#include <algorithm>
#include <cassert>

#include "ops/secret.hpp"
#include "turn/big_endian.hpp"
#include "turn/stun_digests.hpp"

namespace grtc::turn {
namespace {

constexpr std::uint32_t kCookie = 0x2112A442;
constexpr std::uint32_t kFingerprintMask = 0x5354554E;
constexpr std::size_t kAttributeHeader = 4;
constexpr std::size_t kDigest = 20;
constexpr std::uint8_t kFamilyV4 = 1;
constexpr std::uint8_t kFamilyV6 = 2;

constexpr std::size_t padded(std::size_t size) noexcept {
  return (size + 3) / 4 * 4;
}

/// §5, figure 3: the class bits lie between those of the method.
constexpr std::uint16_t type_of(Method method, Class kind) noexcept {
  const auto m = static_cast<unsigned>(method);
  const auto c = static_cast<unsigned>(kind);
  return static_cast<std::uint16_t>((m & 0x0F80U) << 2U | (m & 0x0070U) << 1U | (m & 0x000FU) | (c & 2U) << 7U |
                                    (c & 1U) << 4U);
}

/// The header's first four bytes with another length: what a digest was taken over when the message was shorter.
std::string head_with_length(std::string_view bytes, std::size_t length) {
  std::string head(bytes.substr(0, 2));
  append16(head, static_cast<std::uint32_t>(length));
  return head;
}

/// `bytes` up to the attribute at `at`, with the length that they had with that attribute and nothing behind it.
std::string digest_before(std::string_view bytes, std::size_t at, std::string_view key) {
  std::string signed_part = head_with_length(bytes, at + kAttributeHeader + kDigest - kStunHeader);
  signed_part += bytes.substr(4, at - 4);
  return ops::hmac_sha1(key, signed_part);
}

std::uint32_t fingerprint_before(std::string_view bytes, std::size_t at) {
  const std::string head = head_with_length(bytes, at + kAttributeHeader + 4 - kStunHeader);
  return crc32(head, bytes.substr(4, at - 4)) ^ kFingerprintMask;
}

}  // namespace

std::optional<std::size_t> stun_size(std::string_view head) noexcept {
  if (!head.empty() && (static_cast<unsigned char>(head[0]) & 0xC0U) != 0) return std::nullopt;
  if (head.size() < kStunHeader) return 0;
  const std::size_t length = read16(head, 2);
  if (length % 4 != 0 || read32(head, 4) != kCookie) return std::nullopt;
  return kStunHeader + length;
}

std::optional<StunMessage> StunMessage::parse(std::string_view bytes) noexcept {
  const auto size = stun_size(bytes);
  if (!size || *size == 0 || *size != bytes.size()) return std::nullopt;
  StunMessage message;
  message.bytes_ = bytes;
  const unsigned type = read16(bytes, 0);
  message.method_ = static_cast<Method>((type >> 2U & 0x0F80U) | (type >> 1U & 0x0070U) | (type & 0x000FU));
  message.class_ = static_cast<Class>((type >> 7U & 2U) | (type >> 4U & 1U));
  std::copy_n(bytes.begin() + 8, message.transaction_.size(), message.transaction_.begin());
  for (std::size_t at = kStunHeader; at < bytes.size();) {
    if (bytes.size() - at < kAttributeHeader) return std::nullopt;
    const auto attribute = static_cast<Attribute>(read16(bytes, at));
    const std::size_t length = read16(bytes, at + 2);
    const std::size_t next = at + kAttributeHeader + padded(length);
    if (next > bytes.size()) return std::nullopt;
    if (attribute == Attribute::message_integrity && length == kDigest && message.integrity_at_ == 0) {
      message.integrity_at_ = at;
    }
    if (attribute == Attribute::fingerprint && length == 4 && next == bytes.size()) message.fingerprint_at_ = at;
    at = next;
  }
  return message;
}

std::optional<std::string_view> StunMessage::find(Attribute type) const noexcept {
  const std::size_t end = integrity_at_ != 0 ? integrity_at_ : bytes_.size();
  for (std::size_t at = kStunHeader; at < end;) {
    const std::size_t length = read16(bytes_, at + 2);
    if (static_cast<Attribute>(read16(bytes_, at)) == type) return bytes_.substr(at + kAttributeHeader, length);
    at += kAttributeHeader + padded(length);
  }
  return std::nullopt;
}

std::optional<std::uint32_t> StunMessage::number(Attribute type) const noexcept {
  const auto value = find(type);
  if (!value || value->size() != 4) return std::nullopt;
  return read32(*value, 0);
}

std::optional<Endpoint> StunMessage::endpoint(Attribute type) const {
  const auto value = find(type);
  if (!value || value->size() < 8) return std::nullopt;
  const auto family = static_cast<std::uint8_t>((*value)[1]);
  Endpoint found;
  found.port = static_cast<std::uint16_t>(read16(*value, 2) ^ kCookie >> 16U);
  // §14.2: IPv4 is XORed with the cookie, IPv6 with the cookie and the transaction, which follow it in the header.
  const std::string_view mask = bytes_.substr(4, 16);
  const auto unmask = [&mask, &value](auto& address) {
    for (std::size_t i = 0; i < address.size(); ++i) {
      address[i] = static_cast<unsigned char>((*value)[4 + i] ^ mask[i]);
    }
  };
  if (family == kFamilyV4 && value->size() == 8) {
    boost::asio::ip::address_v4::bytes_type address{};
    unmask(address);
    found.address = boost::asio::ip::address_v4(address);
    return found;
  }
  if (family == kFamilyV6 && value->size() == 20) {
    boost::asio::ip::address_v6::bytes_type address{};
    unmask(address);
    found.address = boost::asio::ip::address_v6(address);
    return found;
  }
  return std::nullopt;
}

std::optional<ErrorCode> StunMessage::error() const noexcept {
  const auto value = find(Attribute::error_code);
  if (!value || value->size() < 4) return std::nullopt;
  const int hundreds = static_cast<unsigned char>((*value)[2]) & 7;
  const int rest = static_cast<unsigned char>((*value)[3]);
  if (hundreds < 3 || hundreds > 6 || rest > 99) return std::nullopt;
  return ErrorCode{hundreds * 100 + rest, value->substr(4)};
}

bool StunMessage::is_signed_with(std::string_view key) const {
  if (integrity_at_ == 0) return false;
  const std::string_view given = bytes_.substr(integrity_at_ + kAttributeHeader, kDigest);
  return ops::constant_time_equal(given, digest_before(bytes_, integrity_at_, key));
}

bool StunMessage::has_fingerprint() const {
  return fingerprint_at_ != 0 &&
         fingerprint_before(bytes_, fingerprint_at_) == read32(bytes_, fingerprint_at_ + kAttributeHeader);
}

StunWriter::StunWriter(Method method, Class kind, const TransactionId& transaction) {
  append16(bytes_, type_of(method, kind));
  append16(bytes_, 0);
  append32(bytes_, kCookie);
  bytes_.append(transaction.data(), transaction.size());
}

void StunWriter::write_length(std::size_t length) {
  assert(length <= 0xFFFF);
  bytes_[2] = static_cast<char>(length >> 8U);
  bytes_[3] = static_cast<char>(length & 0xFFU);
}

StunWriter& StunWriter::add(Attribute type, std::string_view value) {
  append16(bytes_, static_cast<std::uint16_t>(type));
  append16(bytes_, static_cast<std::uint32_t>(value.size()));
  bytes_ += value;
  bytes_.resize(padded(bytes_.size()), '\0');
  write_length(bytes_.size() - kStunHeader);
  return *this;
}

StunWriter& StunWriter::add_number(Attribute type, std::uint32_t value) {
  std::string bytes;
  append32(bytes, value);
  return add(type, bytes);
}

StunWriter& StunWriter::add_endpoint(Attribute type, const Endpoint& endpoint) {
  const bool v6 = endpoint.address.is_v6();
  std::string value{'\0', static_cast<char>(v6 ? kFamilyV6 : kFamilyV4)};
  append16(value, endpoint.port ^ kCookie >> 16U);
  const auto mask = [this, &value](const auto& address) {
    for (std::size_t i = 0; i < address.size(); ++i) value += static_cast<char>(address[i] ^ bytes_[4 + i]);
  };
  if (v6) {
    mask(endpoint.address.to_v6().to_bytes());
  } else {
    mask(endpoint.address.to_v4().to_bytes());
  }
  return add(type, value);
}

StunWriter& StunWriter::sign(std::string_view key) {
  return add(Attribute::message_integrity, digest_before(bytes_, bytes_.size(), key));
}

StunWriter& StunWriter::add_fingerprint() {
  return add_number(Attribute::fingerprint, fingerprint_before(bytes_, bytes_.size()));
}

std::string long_term_key(std::string_view username, std::string_view realm, std::string_view password) {
  std::string text(username);
  text += ':';
  text += realm;
  text += ':';
  text += password;
  return md5(text);
}

}  // namespace grtc::turn
