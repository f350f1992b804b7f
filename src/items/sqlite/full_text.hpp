#pragma once
#include <string>
#include <string_view>

namespace grtc::items::sqlite {

/// The FTS5 expression for: each word of `q` begins a word of the text, in any order. Words are quoted, so nothing a
/// client writes is FTS5 syntax.
/// @return `"one"* "two"*`; `""`, which matches nothing, when there is no word
/// @see https://sqlite.org/fts5.html#full_text_query_syntax
[[nodiscard]] std::string match_expression(std::string_view q);

}  // namespace grtc::items::sqlite
