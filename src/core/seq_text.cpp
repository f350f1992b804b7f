#include "core/seq_text.hpp"

#include <algorithm>
#include <cassert>
#include <charconv>

namespace grtc::core {
namespace {

constexpr std::size_t kOperationDigits = 12;

void write_digits(char* out, std::size_t digits, std::uint64_t value) noexcept {
  for (std::size_t i = digits; i > 0; --i) {
    out[i - 1] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
}

std::optional<std::uint64_t> read_digits(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

SeqText::SeqText(Seq seq) noexcept {
  write_digits(bytes_.data(), kDigits, seq);
}

SeqText::SeqText(Seq seq, std::string_view origin, std::uint64_t operation) noexcept : SeqText(seq) {
  assert(origin.size() <= kMaxOrigin);
  char* out = bytes_.data() + size_;
  *out++ = '.';
  out = std::copy(origin.begin(), origin.end(), out);
  *out++ = '.';
  write_digits(out, kOperationDigits, operation);
  size_ += 2 + origin.size() + kOperationDigits;
}

std::optional<Position> parse_seq(std::string_view text) {
  const auto seq = read_digits(text.substr(0, SeqText::kDigits));
  if (!seq || text.size() < SeqText::kDigits) return std::nullopt;
  Position position{*seq};
  text.remove_prefix(SeqText::kDigits);
  if (text.empty()) return position;
  const std::size_t dot = text.find('.', 1);
  if (text.front() != '.' || dot == std::string_view::npos || dot - 1 > SeqText::kMaxOrigin) return std::nullopt;
  const auto operation = read_digits(text.substr(dot + 1));
  if (!operation || text.size() - dot - 1 != kOperationDigits) return std::nullopt;
  position.origin = text.substr(1, dot - 1);
  position.operation = *operation;
  return position;
}

}  // namespace grtc::core
