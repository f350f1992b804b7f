#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/problem.hpp"

namespace grtc::signalling {

/// The inside of a small file of ours: numbers and texts, one behind the other.
class SavedWriter {
 public:
  void number(std::uint64_t value) {
    for (int shift = 0; shift < 64; shift += 8) bytes_ += static_cast<char>((value >> shift) & 0xFF);
  }
  void text(std::string_view value) {
    number(value.size());
    bytes_.append(value);
  }
  [[nodiscard]] const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

/// Reads what SavedWriter wrote. After a fault everything reads as zero and empty, and ok() is false.
class SavedReader {
 public:
  explicit SavedReader(std::string_view bytes) : bytes_(bytes) {}
  std::uint64_t number() {
    if (bytes_.size() < 8) return fail();
    std::uint64_t value = 0;
    for (std::size_t i = 8; i > 0; --i) value = (value << 8) | static_cast<unsigned char>(bytes_[i - 1]);
    bytes_.remove_prefix(8);
    return value;
  }
  std::string text() {
    const std::uint64_t size = number();
    if (size > bytes_.size()) return fail(), std::string();
    std::string value(bytes_.substr(0, size));
    bytes_.remove_prefix(size);
    return value;
  }
  /// A count of things that take at least 8 bytes each, so that a damaged one can't ask for all memory.
  std::uint64_t count() {
    const std::uint64_t n = number();
    return n <= bytes_.size() / 8 ? n : fail();
  }
  [[nodiscard]] bool ok() const { return ok_; }

 private:
  std::uint64_t fail() {
    ok_ = false;
    bytes_ = {};
    return 0;
  }
  std::string_view bytes_;
  bool ok_ = true;
};

/// What is wrong with the file at `path`, for the log.
[[nodiscard]] core::Problem file_problem(const std::string& path, std::string_view why);

/// Writes `inside` to `path`, whole or not at all: a new file takes its place by rename, readable by its owner only.
/// Blocking.
/// @param magic  what the file is, as its first line
[[nodiscard]] core::Result<void> save_file(const std::string& path, std::string_view magic, std::string_view inside);

/// Reads the file and removes it, so that no later start takes the same again. No file is nothing. Blocking.
/// @param what  is in it, for a person
/// @return its inside; a sentence for the log when the file was not one of ours, which is left alone, or damaged
[[nodiscard]] core::Result<std::optional<std::string>> take_file(const std::string& path, std::string_view magic,
                                                                 std::string_view what);

}  // namespace grtc::signalling
