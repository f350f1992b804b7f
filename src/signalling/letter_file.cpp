#include "signalling/letter_file.hpp"

#include <algorithm>
#include <unistd.h>
#include <utility>

#include "signalling/saved_file.hpp"

namespace grtc::signalling {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kMagic = "gRTC letters 1\n";

std::uint64_t count_of(milliseconds time) {
  return static_cast<std::uint64_t>(std::max<milliseconds::rep>(0, time.count()));
}

}  // namespace

core::Result<void> save_letters(const std::string& path, const std::vector<core::SavedLetter>& letters,
                                core::WallTime now) {
  if (letters.empty()) {
    ::unlink(path.c_str());
    return {};
  }
  SavedWriter out;
  out.number(count_of(now.time_since_epoch()));
  out.number(letters.size());
  for (const core::SavedLetter& letter : letters) {
    out.text(letter.from);
    out.text(letter.to);
    out.text(letter.frame);
    out.number(count_of(letter.waited));
  }
  return save_file(path, kMagic, out.bytes());
}

core::Result<std::vector<core::SavedLetter>> take_letters(const std::string& path, core::WallTime now) {
  std::vector<core::SavedLetter> letters;
  const auto inside = take_file(path, kMagic, "letters");
  if (!inside) return inside.error();
  if (!*inside) return letters;
  SavedReader in(**inside);
  const core::WallTime saved(milliseconds(in.number()));
  const milliseconds away = std::max(milliseconds(0), now - saved);
  for (std::uint64_t n = in.count(); n > 0 && in.ok(); --n) {
    core::SavedLetter letter;
    letter.from = in.text();
    letter.to = in.text();
    letter.frame = in.text();
    letter.waited = milliseconds(in.number()) + away;
    letters.push_back(std::move(letter));
  }
  if (!in.ok()) letters.clear();
  return letters;
}

}  // namespace grtc::signalling
