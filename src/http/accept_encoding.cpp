#include "http/accept_encoding.hpp"

#include <charconv>
#include <optional>

#include "http/header_list.hpp"

namespace grtc::http {
namespace {

/// "br;q=0.5": the weight, 0 to 1; 1 where none is given, 0 where it is nonsense.
double weight_of(std::string_view parameters) noexcept {
  while (!parameters.empty()) {
    const std::string_view parameter = next_of(parameters, ';');
    if (!equal_ignoring_case(parameter.substr(0, 2), "q=")) continue;
    double weight = 0;
    const std::string_view digits = parameter.substr(2);
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), weight, std::chars_format::fixed);
    const bool valid = error == std::errc{} && end == digits.data() + digits.size() && weight >= 0 && weight <= 1;
    return valid ? weight : 0;
  }
  return 1;
}

/// What the list says of `coding`, by name or by `*`.
std::optional<double> weight_for(std::string_view list, std::string_view coding) noexcept {
  std::optional<double> any;
  while (!list.empty()) {
    std::string_view parameters = next_of(list);
    const std::string_view name = next_of(parameters, ';');
    if (equal_ignoring_case(name, coding)) return weight_of(parameters);
    if (name == "*") any = weight_of(parameters);
  }
  return any;
}

}  // namespace

Encoding choose_encoding(std::string_view accept, bool has_gzip, bool has_brotli) noexcept {
  // Not named, identity is acceptable, but whoever names another would rather have that.
  double best = weight_for(accept, "identity").value_or(0);
  Encoding chosen = Encoding::identity;
  const double gzip = has_gzip ? weight_for(accept, "gzip").value_or(0) : 0;
  if (gzip > 0 && gzip >= best) {
    best = gzip;
    chosen = Encoding::gzip;
  }
  const double brotli = has_brotli ? weight_for(accept, "br").value_or(0) : 0;
  return brotli > 0 && brotli >= best ? Encoding::brotli : chosen;
}

}  // namespace grtc::http
