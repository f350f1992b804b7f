#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/problem.hpp"

namespace grtc::items {

struct JsonMember;

/// A JSON value that keeps the text it came as: numbers are never re-formatted, strings keep their escapes.
/// Objects are opened into members (what a merge patch walks), arrays stay text.
struct JsonValue {
  enum class Kind : std::uint8_t { null, boolean, number, string, array, object };

  Kind kind = Kind::null;
  std::string text;                 ///< minified JSON; empty for objects
  std::string decoded;              ///< the value of a string: UTF-8 without escapes
  std::vector<JsonMember> members;  ///< of an object, in order; names are unique
};

struct JsonMember {
  std::string name;       ///< decoded
  std::string name_text;  ///< as it came, with its quotes
  JsonValue value;
};

/// What is refused before it costs memory or stack.
struct JsonBounds {
  unsigned depth = 33;           ///< levels of arrays and objects, the outermost is 1
  std::size_t members = 16'384;  ///< of all objects together
};

/// Parses and checks `text` to its last byte (RFC 8259), the numbers' grammar, strings' escapes and UTF-8 included.
/// Integers of any length and exponents of any size are fine: they stay text.
/// @return Code::bad_json when it isn't JSON (a lone surrogate counts as that); Code::too_deep; Code::unprocessable
///         when it has too many members, or one name twice in an object (RFC 8259 §4)
[[nodiscard]] core::Result<JsonValue> parse_json(std::string_view text, const JsonBounds& bounds);

/// Appends `value` as minified JSON.
void append_json(std::string& out, const JsonValue& value);
[[nodiscard]] std::string to_text(const JsonValue& value);

}  // namespace grtc::items
