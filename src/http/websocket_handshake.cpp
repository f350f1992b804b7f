#include "http/websocket_handshake.hpp"

#include <algorithm>
#include <array>

#include <openssl/evp.h>

#include "http/header_list.hpp"

namespace grtc::http {
namespace {

/// RFC 6455 §1.3: the same for every server.
constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
constexpr std::size_t kKeyLength = 24;
constexpr std::size_t kSha1Length = 20;
constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

core::Problem upgrade_required(std::string sentence) {
  return {core::Code::upgrade_required, std::move(sentence), {}, 0};
}

}  // namespace

std::string accept_key(std::string_view key) {
  std::string input(key);
  input += kGuid;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  EVP_Digest(input.data(), input.size(), digest.data(), &length, EVP_sha1(), nullptr);
  std::array<unsigned char, 4 * (kSha1Length + 2) / 3 + 1> text{};
  const int written = EVP_EncodeBlock(text.data(), digest.data(), static_cast<int>(length));
  return {text.begin(), text.begin() + written};
}

bool is_websocket_key(std::string_view key) noexcept {
  if (key.size() != kKeyLength || !key.ends_with("==")) return false;
  const std::string_view digits = key.substr(0, kKeyLength - 2);
  const auto is_digit = [](char c) { return kBase64.find(c) != std::string_view::npos; };
  // 16 bytes are 21 digits and two bits: the last digit's other four bits are zero (RFC 4648 §3.5).
  return std::all_of(digits.begin(), digits.end(), is_digit) && kBase64.find(digits.back()) % 16 == 0;
}

std::optional<core::Problem> check_upgrade(const Request& request, bool http_11) {
  if (request.method != Method::get || !http_11) return upgrade_required("This path speaks WebSocket: use GET.");
  if (!has_token(request.header("connection").value_or(""), "upgrade") ||
      !has_token(request.header("upgrade").value_or(""), "websocket")) {
    return upgrade_required("This path speaks WebSocket: ask with Connection: Upgrade and Upgrade: websocket.");
  }
  if (request.header("sec-websocket-version") != "13") {
    return upgrade_required("Only version 13 of the WebSocket protocol is spoken here.");
  }
  if (!is_websocket_key(request.header("sec-websocket-key").value_or(""))) {
    return core::Problem{core::Code::bad_request, "Sec-WebSocket-Key must be 16 bytes in base64.", {}, 0};
  }
  if (request.header("transfer-encoding") || request.header("content-length").value_or("0") != "0") {
    // Content and frames can't be told apart by every proxy on the way.
    return core::Problem{core::Code::bad_request, "An upgrade request has no content.", {}, 0};
  }
  return std::nullopt;
}

std::string switching_protocols(std::string_view key, std::string_view protocol) {
  std::string bytes =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ";
  bytes += accept_key(key);
  if (!protocol.empty()) bytes.append("\r\nSec-WebSocket-Protocol: ").append(protocol);
  bytes += "\r\n\r\n";
  return bytes;
}

}  // namespace grtc::http
