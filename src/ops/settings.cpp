#include "ops/settings.hpp"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <cstdlib>

#include "ops/printable.hpp"
#include "ops/setting_checks.hpp"

namespace grtc::ops {
namespace {

constexpr std::string_view kHidden = "(hidden)";

constexpr std::size_t index_of(std::string_view name) noexcept {
  std::size_t at = 0;
  while (at < kSettings.size() && kSettings[at].name != name) ++at;
  return at;
}

std::string text_of(const Setting& setting, const Settings::Source& flags, const Settings::Source& environment) {
  for (const auto* source : {&flags, &environment}) {
    auto given = (*source)(setting.name);
    if (given && (!given->empty() || !setting.empty.empty())) return *std::move(given);
  }
  return std::string(setting.fallback);
}

}  // namespace

core::Result<Settings> Settings::load(const Source& flags, const Source& environment) {
  Settings made;
  for (std::size_t i = 0; i < kSettings.size(); ++i) {
    const Setting& setting = kSettings[i];
    Value& value = made.values_[i];
    value.text = text_of(setting, flags, environment);
    if (value.text.empty()) continue;
    if (!fits(setting, value.text)) {
      return wrong_setting(setting.name, value.text, "must be " + allowed_of(setting));
    }
    if (setting.kind == Kind::integer || setting.kind == Kind::seconds) {
      std::from_chars(value.text.data(), value.text.data() + value.text.size(), value.number);
    }
  }
  if (made.has("TLS_CERT") != made.has("TLS_KEY")) {
    const bool cert = made.has("TLS_CERT");
    return wrong_setting(cert ? "TLS_CERT" : "TLS_KEY", made.text(cert ? "TLS_CERT" : "TLS_KEY"),
                         cert ? "needs TLS_KEY beside it" : "needs TLS_CERT beside it");
  }
  return made;
}

Settings::Source Settings::environment() {
  return [](std::string_view name) -> std::optional<std::string> {
    const char* value = std::getenv(std::string(name).c_str());
    if (value == nullptr) return std::nullopt;
    return value;
  };
}

Settings::Source Settings::nothing() {
  return [](std::string_view) -> std::optional<std::string> { return std::nullopt; };
}

const Settings::Value& Settings::value(std::string_view name) const {
  const std::size_t at = index_of(name);
  assert(at < values_.size() && "no such setting");
  return values_[at];
}

std::int64_t Settings::integer(std::string_view name) const {
  assert(kSettings[index_of(name)].kind == Kind::integer);
  return value(name).number;
}

std::chrono::seconds Settings::seconds(std::string_view name) const {
  assert(kSettings[index_of(name)].kind == Kind::seconds);
  return std::chrono::seconds(value(name).number);
}

const std::string& Settings::text(std::string_view name) const {
  [[maybe_unused]] const Kind kind = kSettings[index_of(name)].kind;
  assert(kind == Kind::text || kind == Kind::choice || kind == Kind::address || kind == Kind::token ||
         kind == Kind::path);
  return value(name).text;
}

std::vector<std::string> Settings::list(std::string_view name) const {
  [[maybe_unused]] const Kind kind = kSettings[index_of(name)].kind;
  assert(kind == Kind::list || kind == Kind::networks || kind == Kind::origins || kind == Kind::words ||
         kind == Kind::names);
  std::vector<std::string> parts;
  for (const std::string_view part : split_list(value(name).text)) parts.emplace_back(part);
  return parts;
}

bool Settings::has(std::string_view name) const {
  return !value(name).text.empty();
}

std::vector<std::pair<std::string_view, std::string>> Settings::redacted() const {
  std::vector<std::pair<std::string_view, std::string>> rows;
  rows.reserve(kSettings.size());
  for (std::size_t i = 0; i < kSettings.size(); ++i) {
    const bool hide = kSettings[i].secret && !values_[i].text.empty();
    rows.emplace_back(kSettings[i].name, hide ? std::string(kHidden) : values_[i].text);
  }
  return rows;
}

core::Problem wrong_setting(std::string_view name, std::string_view value, std::string_view why) {
  const std::size_t at = index_of(name);
  std::string line(name);
  line += '=';
  if (at < kSettings.size() && kSettings[at].secret) {
    line += kHidden;
  } else {
    append_printable(line, value, 200);
  }
  line += ": ";
  line += why;
  return {core::Code::bad_request, std::move(line), {}, 0};
}

}  // namespace grtc::ops
