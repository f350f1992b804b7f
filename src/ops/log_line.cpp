#include "ops/log_line.hpp"

#include <cmath>

#include <fmt/format.h>

#include "core/rfc3339.hpp"
#include "ops/printable.hpp"

namespace grtc::ops {
namespace {

constexpr std::size_t kMaxMessage = 1024;
constexpr std::size_t kMaxValue = 512;
constexpr std::size_t kEnd = 2;  // `}` and the line's end

/// Text values are quoted when a reader could not tell where they end.
void append_text_value(std::string& out, std::string_view text) {
  const bool quote = text.empty() || text.find_first_of(" =\"") != std::string_view::npos;
  if (quote) {
    append_json_string(out, text, kMaxValue);
  } else {
    append_printable(out, text, kMaxValue);
  }
}

struct AppendValue {
  std::string& out;
  Log::Format format;

  void operator()(std::string_view text) const {
    if (format == Log::Format::json) {
      append_json_string(out, text, kMaxValue);
    } else {
      append_text_value(out, text);
    }
  }
  void operator()(std::int64_t number) const { out += std::to_string(number); }
  void operator()(double number) const {
    // JSON has no infinity and no NaN (RFC 8259 §6).
    out += std::isfinite(number) ? fmt::format("{}", number) : "null";
  }
  void operator()(bool truth) const { out += truth ? "true" : "false"; }
};

void append_field(std::string& out, Log::Format format, const Field& field) {
  const std::size_t before = out.size();
  if (format == Log::Format::json) {
    out += ',';
    append_json_string(out, field.name);
    out += ':';
  } else {
    out += ' ';
    out += field.name;
    out += '=';
  }
  std::visit(AppendValue{out, format}, field.value);
  if (out.size() + kEnd > kMaxLogLine) out.resize(before);
}

}  // namespace

std::string log_line(Log::Format format, core::WallTime now, Level level, std::string_view instance,
                     std::string_view message, Fields fields) {
  std::string line;
  line.reserve(256);
  if (format == Log::Format::json) {
    line += "{\"time\":\"";
    core::append_rfc3339(line, now);
    line += "\",\"level\":\"";
    line += name_of(level);
    line += "\",\"message\":";
    append_json_string(line, message, kMaxMessage);
    if (!instance.empty()) append_field(line, format, {"instance", instance});
  } else {
    core::append_rfc3339(line, now);
    line += fmt::format(" {:<7} ", name_of(level));
    append_printable(line, message, kMaxMessage);
  }
  for (const Field& field : fields) append_field(line, format, field);
  if (format == Log::Format::json) line += '}';
  return line;
}

}  // namespace grtc::ops
