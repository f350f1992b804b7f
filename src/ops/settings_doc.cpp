// What a person reads about the settings: the allowed values, and docs/configuration.md.
#include <algorithm>
#include <cctype>

#include "ops/settings.hpp"

namespace grtc::ops {
namespace {

constexpr std::string_view kHead =
    "# Configuration\n"
    "\n"
    "<!-- Made by `grtc settings --markdown > docs/configuration.md`; a unit test holds it to the settings table. -->\n"
    "\n"
    "Each setting is an environment variable and a flag of `grtc serve`, which wins over the variable: `PORT=8002` or\n"
    "`--port 8002`. An empty variable counts as unset where the table does not say what empty means. A wrong value or "
    "an "
    "unknown flag stops the\n"
    "start with exit code 2 and one line that names the variable, the value and what is allowed. `LOG_LEVEL=debug` "
    "logs the\n"
    "settings in force, without secrets.\n"
    "\n"
    "| variable | default | allowed | meaning |\n"
    "| --- | --- | --- | --- |\n";

/// `|` would end the table's cell.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out;
}

/// `a|b|c` as "a, b or c".
std::string spoken(std::string_view words, std::string_view last) {
  std::string text(words);
  for (std::size_t bar = text.find('|'); bar != std::string::npos; bar = text.find('|', bar)) {
    text.replace(bar, 1, text.find('|', bar + 1) == std::string::npos ? last : ", ");
  }
  return text;
}

std::string default_cell(const Setting& setting) {
  if (!setting.fallback.empty()) return "`" + std::string(setting.fallback) + "`";
  return setting.unset.empty() ? "–" : std::string(setting.unset);
}

std::string meaning_cell(const Setting& setting) {
  std::string meaning = cell(setting.help);
  if (setting.secret) meaning += "; secret, never shown";
  return meaning;
}

}  // namespace

std::string flag_of(std::string_view name) {
  std::string flag = "--";
  for (const char c : name) {
    flag += c == '_' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return flag;
}

std::string allowed_of(const Setting& setting) {
  switch (setting.kind) {
    case Kind::integer:
    case Kind::seconds: {
      std::string allowed = "a whole number from " + std::to_string(setting.min) + " to " + std::to_string(setting.max);
      if (!setting.zero.empty()) allowed += ", or 0 for " + std::string(setting.zero);
      return allowed;
    }
    case Kind::choice:
      return spoken(setting.allowed, " or ");
    case Kind::words:
      return spoken(setting.allowed, " and ") + ", comma-separated; empty: " + std::string(setting.empty);
    case Kind::names:
      return "names of letters, digits and - . _ ~, comma-separated";
    case Kind::path:
      return "/ or a path such as /peerjs of letters, digits and - . _ ~";
    case Kind::address:
      return "an IPv4 or IPv6 address";
    case Kind::networks:
      return "loopback, none, or addresses and CIDRs such as 10.0.0.0/8";
    case Kind::origins:
      return "origins such as https://app.example, comma-separated, or *";
    case Kind::token:
      return "printable ASCII without spaces";
    case Kind::list:
      return "a list";
    case Kind::text:
      return "text";
  }
  return {};
}

std::string settings_markdown() {
  std::string page(kHead);
  for (const Setting& setting : kSettings) {
    page += "| `" + std::string(setting.name) + "` | " + default_cell(setting) + " | " + allowed_of(setting) + " | " +
            meaning_cell(setting) + " |\n";
  }
  return page;
}

}  // namespace grtc::ops
