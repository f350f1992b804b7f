#include "app/own_url.hpp"

namespace grtc::app {

std::string own_url(const ops::Settings& settings) {
  std::string host = settings.text("HOST");
  if (host == "0.0.0.0") host = "127.0.0.1";
  if (host == "::") host = "::1";
  if (host.find(':') != std::string::npos) host = "[" + host + "]";
  return (settings.has("TLS_CERT") ? "https://" : "http://") + host + ":" + std::to_string(settings.integer("PORT"));
}

}  // namespace grtc::app
