#pragma once
#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/problem.hpp"
#include "ops/settings_table.hpp"

namespace grtc::ops {

/// The settings of one run, checked. Immutable: any thread reads them.
/// The accessors assert that the name is a row of kSettings and of the kind asked for.
class Settings {
 public:
  /// Gives the text of a variable, or nothing. An empty text counts as unset, but in rows that say
  /// what it means.
  using Source = std::function<std::optional<std::string>(std::string_view name)>;

  /// Reads and checks every row of kSettings; what `flags` knows beats what `environment` knows.
  /// @return Code::bad_request with one line that names the variable, the value (not a secret's) and what is allowed
  [[nodiscard]] static core::Result<Settings> load(const Source& flags, const Source& environment);
  /// The process's environment, read now.
  [[nodiscard]] static Source environment();
  /// Nothing set.
  [[nodiscard]] static Source nothing();

  [[nodiscard]] std::int64_t integer(std::string_view name) const;
  [[nodiscard]] std::chrono::seconds seconds(std::string_view name) const;
  /// Empty when it is unset and has no default.
  [[nodiscard]] const std::string& text(std::string_view name) const;
  /// The comma-separated parts without white space around them and without empty ones.
  [[nodiscard]] std::vector<std::string> list(std::string_view name) const;
  /// Whether it has a value, be it the default.
  [[nodiscard]] bool has(std::string_view name) const;
  [[nodiscard]] bool production() const { return text("ENVIRONMENT") == "production"; }

  /// Name and value of each row for the log, secrets as `(hidden)`.
  [[nodiscard]] std::vector<std::pair<std::string_view, std::string>> redacted() const;

 private:
  struct Value {
    std::string text;
    std::int64_t number = 0;
  };
  [[nodiscard]] const Value& value(std::string_view name) const;

  std::array<Value, kSettings.size()> values_;
};

/// `--database-path` of DATABASE_PATH.
[[nodiscard]] std::string flag_of(std::string_view name);
/// "a whole number from 1 to 65535, or 0 for any free port": what `setting` may be, for errors, help and docs.
[[nodiscard]] std::string allowed_of(const Setting& setting);
/// The line that stops the start: "PORT=99999: must be …". A secret's value is left out, control characters are
/// escaped.
[[nodiscard]] core::Problem wrong_setting(std::string_view name, std::string_view value, std::string_view why);
/// docs/configuration.md.
[[nodiscard]] std::string settings_markdown();

}  // namespace grtc::ops
