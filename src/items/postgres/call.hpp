#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/problem.hpp"
#include "items/postgres/rows.hpp"

namespace grtc::items::postgres {

/// A statement that each connection prepares when it first uses it. It outlives the connections.
struct Statement {
  std::string name;
  std::string sql;
};

/// A statement with its parameters, as text.
struct Call {
  const Statement* statement;
  std::vector<std::string> parameters = {};
};

/// Why the calls of one job have not all been answered.
struct Failure {
  core::Problem problem;
  bool lost = false;       ///< the connection is gone: what was sent may have been done
  bool read_only = false;  ///< SQLSTATE 25006
};

/// What one job has come to: the answer of each call, or why not.
struct Outcome {
  std::vector<Rows> rows;
  std::optional<Failure> failure;
};

/// An array parameter's text: `{1,2}`, `{"a","b"}`.
[[nodiscard]] std::string array_of(const std::vector<std::int64_t>& numbers);
[[nodiscard]] std::string array_of(const std::vector<std::string>& texts);

}  // namespace grtc::items::postgres
