#include "items/rules.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "items/json_value.hpp"
#include "items/merge_patch.hpp"

namespace grtc::items {
namespace {

using Errors = std::vector<core::FieldError>;
using Kind = JsonValue::Kind;

core::Problem invalid(Errors errors) {
  std::string sentence = "The item breaks a rule:";
  for (const core::FieldError& error : errors) {
    sentence += ' ' + error.field + ' ' + error.message + ';';
  }
  sentence.back() = '.';
  return {core::Code::unprocessable, std::move(sentence), std::move(errors), 0};
}

core::Result<JsonValue> parse_object(std::string_view body) {
  core::Result<JsonValue> value = parse_json(body, {.depth = kMaxDataDepth + 1});
  if (value && value->kind != Kind::object) {
    return core::Problem{core::Code::unprocessable, "The body must be a JSON object.", {}, 0};
  }
  return value;
}

void check_text(const char* field, const JsonValue& value, std::size_t min, std::size_t max, Errors& errors) {
  if (value.kind != Kind::string) {
    errors.push_back({field, "must be a string"});
  } else if (value.decoded.find('\0') != std::string::npos) {
    // Databases end text there: what came back would not be what was sent.
    errors.push_back({field, "must not contain the character U+0000"});
  } else if (const std::size_t chars = count_chars(value.decoded); chars < min || chars > max) {
    errors.push_back({field, "must have " + std::to_string(min) + " to " + std::to_string(max) + " characters"});
  }
}

/// @return the minified data, empty when an error was added
std::string check_data(const JsonValue& value, Errors& errors) {
  if (value.kind != Kind::object) {
    errors.push_back({"data", "must be a JSON object"});
    return {};
  }
  std::string text = to_text(value);
  if (text.size() > kMaxDataBytes) {
    errors.push_back({"data", "must have at most " + std::to_string(kMaxDataBytes) + " bytes"});
  }
  return text;
}

void check_name(const JsonValue& value, Errors& errors) {
  check_text("name", value, 1, kMaxNameChars, errors);
}
void check_description(const JsonValue& value, Errors& errors) {
  check_text("description", value, 0, kMaxDescriptionChars, errors);
}

/// Members of a refused item are named back to the client, but not at any length.
std::string shortened(const std::string& name) {
  constexpr std::size_t kMost = 100;
  if (name.size() <= kMost) return name;
  std::size_t end = kMost;
  while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xC0U) == 0x80U) --end;
  return name.substr(0, end) + "…";
}

void unknown_member(const std::string& name, Errors& errors) {
  constexpr std::size_t kMostErrors = 20;
  if (errors.size() < kMostErrors) errors.push_back({shortened(name), "is not a member of an item"});
}

}  // namespace

std::size_t count_chars(std::string_view text) noexcept {
  // Every code point has one byte that is no continuation (RFC 3629 §3).
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

core::Result<Draft> parse_draft(std::string_view body) {
  core::Result<JsonValue> object = parse_object(body);
  if (!object) return std::move(object).error();
  Draft draft;
  Errors errors;
  bool named = false;
  for (JsonMember& member : object->members) {
    if (member.name == "name") {
      named = true;
      check_name(member.value, errors);
      draft.name = std::move(member.value.decoded);
    } else if (member.name == "description") {
      check_description(member.value, errors);
      draft.description = std::move(member.value.decoded);
    } else if (member.name == "data") {
      draft.data = check_data(member.value, errors);
    } else {
      unknown_member(member.name, errors);
    }
  }
  if (!named) errors.push_back({"name", "is required"});
  if (!errors.empty()) return invalid(std::move(errors));
  return draft;
}

core::Result<JsonPatch> parse_patch(std::string_view body) {
  core::Result<JsonValue> object = parse_object(body);
  if (!object) return std::move(object).error();
  Errors errors;
  for (const JsonMember& member : object->members) {
    const bool to_default = member.value.kind == Kind::null;
    if (member.name == "name") {
      if (to_default) {
        errors.push_back({"name", "is required and cannot be removed"});
      } else {
        check_name(member.value, errors);
      }
    } else if (member.name == "description") {
      if (!to_default) check_description(member.value, errors);
    } else if (member.name == "data") {
      // A patch may be larger than what it leaves (nulls remove); what it leaves is checked when it is applied.
      if (!to_default && member.value.kind != Kind::object) errors.push_back({"data", "must be a JSON object"});
    } else {
      unknown_member(member.name, errors);
    }
  }
  if (!errors.empty()) return invalid(std::move(errors));
  return to_text(*object);
}

core::Result<Draft> apply_patch(const Item& item, const JsonPatch& patch) {
  core::Result<JsonValue> object = parse_object(patch);
  if (!object) return std::move(object).error();
  Draft draft{item.name, item.description, item.data};
  Errors errors;
  for (JsonMember& member : object->members) {
    if (member.name == "name") {
      draft.name = std::move(member.value.decoded);
    } else if (member.name == "description") {
      draft.description = std::move(member.value.decoded);
    } else if (member.value.kind == Kind::null) {
      draft.data = Draft{}.data;
    } else {
      core::Result<JsonValue> data = parse_json(item.data, {.depth = kMaxDataDepth});
      if (!data) return std::move(data).error();
      draft.data = check_data(merge_patch(std::move(*data), member.value), errors);
    }
  }
  if (!errors.empty()) return invalid(std::move(errors));
  return draft;
}

}  // namespace grtc::items
