#pragma once
#include <string>
#include <string_view>

#include "http/message.hpp"
#include "http/origins.hpp"

namespace grtc::http {

/// Appends the header lines that let a page of another origin read this answer (WHATWG Fetch, CORS protocol), and
/// `Vary: Origin` where the answer depends on it. Nothing in the default of same-origin only.
void append_cors(std::string& head, const AllowedOrigins& origins, const Request& request);

/// 204 to any OPTIONS: `Allow`, and to a preflight from an allowed origin the methods and headers it may use.
/// @param allow  as in WrongMethod::allow
[[nodiscard]] Response answer_options(const AllowedOrigins& origins, const Request& request, std::string_view allow);

}  // namespace grtc::http
