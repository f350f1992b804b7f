#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "ops/settings.hpp"

namespace grtc::test {

using Variables = std::map<std::string, std::string, std::less<>>;

/// An environment of these variables alone.
inline ops::Settings::Source variables(Variables given) {
  return [given = std::move(given)](std::string_view name) -> std::optional<std::string> {
    const auto found = given.find(name);
    if (found == given.end()) return std::nullopt;
    return found->second;
  };
}

/// The settings of a server that was started with these variables.
inline ops::Settings settings_of(Variables given) {
  return ops::Settings::load(ops::Settings::nothing(), variables(std::move(given))).value();
}

}  // namespace grtc::test
