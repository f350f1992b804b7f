#include "items/json_value.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

#include <simdjson.h>

namespace grtc::items {
namespace {

namespace ondemand = simdjson::ondemand;

std::string_view without_trailing_space(std::string_view token) noexcept {
  while (!token.empty() &&
         (token.back() == ' ' || token.back() == '\n' || token.back() == '\r' || token.back() == '\t'))
    token.remove_suffix(1);
  return token;
}

std::string_view without_space(std::string_view text) noexcept {
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  return without_trailing_space(text);
}

/// Takes digits off the front; false when there is none.
bool take_digits(std::string_view& rest) noexcept {
  const std::size_t end = std::min(rest.find_first_not_of("0123456789"), rest.size());
  rest.remove_prefix(end);
  return end > 0;
}

/// RFC 8259 §6. simdjson's own number parser refuses what a double or 64 bits can't hold, which is JSON all the same.
bool is_number(std::string_view text) noexcept {
  if (text.starts_with('-')) text.remove_prefix(1);
  if (text.starts_with('0')) {
    text.remove_prefix(1);
  } else if (!take_digits(text)) {
    return false;
  }
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    if (!take_digits(text)) return false;
  }
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
    if (!take_digits(text)) return false;
  }
  return text.empty();
}

/// The name with its quotes, given what follows the opening one.
std::string_view quoted_name(const char* after_quote) noexcept {
  const char* end = after_quote;
  while (*end != '"') end += *end == '\\' ? 2 : 1;
  return {after_quote - 1, static_cast<std::size_t>(end - after_quote) + 2};
}

/// Whether the brackets close, outside of strings. Tells a document that is too deep (a rule) from one that never ends
/// (no JSON).
bool brackets_close(std::string_view text) noexcept {
  std::int64_t open = 0;
  bool in_string = false;
  for (std::size_t at = 0; at < text.size() && open >= 0; ++at) {
    const char byte = text[at];
    if (byte == '"') in_string = !in_string;
    if (in_string && byte == '\\') ++at;
    if (in_string) continue;
    open += static_cast<int>(byte == '[' || byte == '{') - static_cast<int>(byte == ']' || byte == '}');
  }
  return open == 0 && !in_string;
}

/// One pass over a document. Each step returns false once `problem` is set.
class Walk {
 public:
  explicit Walk(const JsonBounds& bounds) : bounds_(bounds) {}

  bool document(ondemand::document& doc, std::string_view text, JsonValue& out) {
    ondemand::json_type type{};
    if (doc.type().get(type)) return not_json();
    if (!nests(type)) return lone_scalar(doc, type, text, out);
    ondemand::value root;
    if (doc.get_value().get(root) || !build(root, 1, out)) return not_json();
    const char* rest = nullptr;
    return doc.current_location().get(rest) == simdjson::OUT_OF_BOUNDS || not_json();
  }

  [[nodiscard]] core::Problem problem() && { return std::move(problem_); }

 private:
  bool not_json() { return refuse(core::Code::bad_json, "The body is not valid JSON."); }
  bool refuse(core::Code code, std::string sentence) {
    // The first reason counts: what unwinds from it says not_json() all the way up.
    if (!refused_) problem_ = {code, std::move(sentence), {}, 0};
    refused_ = true;
    return false;
  }

  static bool nests(ondemand::json_type type) noexcept {
    return type == ondemand::json_type::array || type == ondemand::json_type::object;
  }

  /// simdjson doesn't look at what follows a scalar that is the whole document.
  bool lone_scalar(ondemand::document& doc, ondemand::json_type type, std::string_view text, JsonValue& out) {
    std::string_view token;
    if (doc.raw_json_token().get(token)) return not_json();
    std::string_view decoded;
    if (type == ondemand::json_type::string && doc.get_string().get(decoded)) return not_json();
    token = without_trailing_space(token);
    const bool whole = token == without_space(text);
    return (whole && scalar(type, token, decoded, out)) || not_json();
  }

  static bool scalar(ondemand::json_type type, std::string_view token, std::string_view decoded, JsonValue& out) {
    out.text.assign(token);
    switch (type) {
      case ondemand::json_type::null:
        out.kind = JsonValue::Kind::null;
        return token == "null";
      case ondemand::json_type::boolean:
        out.kind = JsonValue::Kind::boolean;
        return token == "true" || token == "false";
      case ondemand::json_type::number:
        out.kind = JsonValue::Kind::number;
        return is_number(token);
      default:
        out.kind = JsonValue::Kind::string;
        out.decoded.assign(decoded);
        return token.size() > 1 && token.back() == '"';
    }
  }

  bool scalar(ondemand::value& value, ondemand::json_type type, JsonValue& out) {
    const std::string_view token = without_trailing_space(value.raw_json_token());
    std::string_view decoded;
    if (type == ondemand::json_type::string && value.get_string().get(decoded)) return not_json();
    return scalar(type, token, decoded, out) || not_json();
  }

  bool build(ondemand::value& value, unsigned depth, JsonValue& out) {
    ondemand::json_type type{};
    if (value.type().get(type)) return not_json();
    if (!nests(type)) return scalar(value, type, out);
    if (depth > bounds_.depth) return refuse(core::Code::too_deep, "The body is nested too deeply.");
    return type == ondemand::json_type::array ? array(value, depth, out) : object(value, depth, out);
  }

  bool array(ondemand::value& value, unsigned depth, JsonValue& out) {
    out.kind = JsonValue::Kind::array;
    ondemand::array elements;
    if (value.get_array().get(elements)) return not_json();
    out.text = "[";
    for (auto result : elements) {
      ondemand::value element;
      JsonValue built;
      if (std::move(result).get(element) || !build(element, depth + 1, built)) return not_json();
      if (out.text.size() > 1) out.text += ',';
      append_json(out.text, built);
    }
    out.text += ']';
    return true;
  }

  bool object(ondemand::value& value, unsigned depth, JsonValue& out) {
    out.kind = JsonValue::Kind::object;
    ondemand::object object;
    if (value.get_object().get(object)) return not_json();
    for (auto result : object) {
      ondemand::field field;
      if (std::move(result).get(field)) return not_json();
      if (++members_ > bounds_.members) return refuse(core::Code::unprocessable, "The body has too many members.");
      JsonMember& member = out.members.emplace_back();
      member.name_text.assign(quoted_name(field.key().raw()));
      std::string_view name;
      if (field.unescaped_key().get(name)) return not_json();
      member.name.assign(name);
      if (!build(field.value(), depth + 1, member.value)) return not_json();
    }
    return unique_names(out.members);
  }

  bool unique_names(const std::vector<JsonMember>& members) {
    std::vector<std::string_view> names;
    names.reserve(members.size());
    for (const JsonMember& member : members) names.push_back(member.name);
    std::sort(names.begin(), names.end());
    if (std::adjacent_find(names.begin(), names.end()) == names.end()) return true;
    return refuse(core::Code::unprocessable, "The body has an object with one member name twice.");
  }

  const JsonBounds& bounds_;
  std::size_t members_ = 0;
  bool refused_ = false;
  core::Problem problem_;
};

}  // namespace

core::Result<JsonValue> parse_json(std::string_view text, const JsonBounds& bounds) {
  Walk walk(bounds);
  const simdjson::padded_string padded(text);
  ondemand::parser parser;
  ondemand::document doc;
  JsonValue value;
  if (parser.iterate(padded).get(doc)) {
    return core::Problem{core::Code::bad_json, "The body is not valid JSON.", {}, 0};
  }
  if (walk.document(doc, text, value)) return value;
  core::Problem problem = std::move(walk).problem();
  if (problem.code == core::Code::too_deep && !brackets_close(text)) {
    return core::Problem{core::Code::bad_json, "The body is not valid JSON.", {}, 0};
  }
  return problem;
}

void append_json(std::string& out, const JsonValue& value) {
  if (value.kind != JsonValue::Kind::object) {
    out += value.text;
    return;
  }
  char before = '{';
  for (const JsonMember& member : value.members) {
    out += before;
    out += member.name_text;
    out += ':';
    append_json(out, member.value);
    before = ',';
  }
  if (value.members.empty()) out += '{';
  out += '}';
}

std::string to_text(const JsonValue& value) {
  std::string out;
  append_json(out, value);
  return out;
}

}  // namespace grtc::items
