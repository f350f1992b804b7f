#include "app/doctor_checks.hpp"

#include <cerrno>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <unistd.h>
#include <vector>

#include "app/ice_check.hpp"
#include "app/probe.hpp"
#include "items/sqlite/db_tools.hpp"

namespace grtc::app {
namespace {

using State = Diagnosis::State;

constexpr std::chrono::seconds kPatience{5};
/// Descriptors that are no connection: database, log, loops, listeners.
constexpr std::uint64_t kOwnDescriptors = 128;
constexpr std::uint64_t kLittleSpace = 100'000'000;

std::string user_text() {
  return std::to_string(::geteuid()) + ":" + std::to_string(::getegid());
}

/// Why a file or folder cannot be written, with whom it belongs to; empty: it can.
std::string write_fault(const std::string& path) {
  if (::access(path.c_str(), W_OK) == 0) return {};
  const int error = errno;
  struct stat info {};
  std::string fault = path + " cannot be written by user " + user_text();
  if (::stat(path.c_str(), &info) != 0) return fault + ": " + std::strerror(error);
  fault += " (it belongs to " + std::to_string(info.st_uid) + ":" + std::to_string(info.st_gid) + ", " +
           std::strerror(error) + ")";
  return fault + ": sudo chown -R " + user_text() + " on that folder";
}

}  // namespace

void diagnose_port(const std::string& own_url, Diagnoses& to) {
  const auto answer = probe(own_url, kPatience);
  if (!answer) {
    to.push_back({State::fail, "port",
                  own_url + ": " + answer.error().sentence + ". Is the server running? Its log says why not"});
  } else if (answer->body.find("\"uptime_s\"") == std::string::npos) {
    to.push_back({State::fail, "port", own_url + " is answered by another program: end that one, or set PORT"});
  } else if (answer->status != 200) {
    to.push_back({State::fail, "port", own_url + " says " + std::to_string(answer->status) + ": " + answer->body});
  } else {
    to.push_back({State::ok, "port", own_url + " answers and is well"});
  }
}

void diagnose_database(const ops::Settings& settings, Diagnoses& to) {
  const std::string& path = settings.text("DATABASE_PATH");
  std::string folder = std::filesystem::path(path).parent_path().string();
  if (folder.empty()) folder = ".";
  // The folder counts in any case: a server without Redis keeps its sessions there.
  const bool holds_items = !settings.has("DATABASE_URL");
  for (const std::string& part : holds_items ? std::vector{folder, path} : std::vector{folder}) {
    if (const std::string fault = write_fault(part); !fault.empty()) {
      to.push_back({State::fail, "database", fault});
      return;
    }
  }
  struct statvfs space {};
  if (::statvfs(folder.c_str(), &space) == 0 && space.f_bavail * space.f_frsize < kLittleSpace) {
    to.push_back({State::warn, "disk",
                  std::to_string(space.f_bavail * space.f_frsize / 1'000'000) + " MB are left at " + folder +
                      ": make room, or writes will be refused (507)"});
  }
  if (!holds_items) {
    to.push_back({State::off, "database", "items are in PostgreSQL (DATABASE_URL), not in " + path});
    return;
  }
  const auto report = items::sqlite::check(path);
  if (!report) {
    to.push_back({State::fail, "database", report.error().sentence});
  } else if (!report->faults.empty()) {
    to.push_back(
        {State::fail, "database", path + ": " + report->faults.front() + ". Restore a backup (grtc db restore)"});
  } else {
    to.push_back({State::ok, "database", path + " is whole, " + std::to_string(report->items) + " items"});
  }
}

void diagnose_turn(const ops::Settings& settings, Diagnoses& to) {
  const auto config = ops::IceConfig::read(settings);
  if (!config) {
    to.push_back({State::fail, "turn", config.error().sentence});
    return;
  }
  for (const std::string& warning : config->warnings) to.push_back({State::warn, "turn", warning});
  if (config->turn_urls.empty()) {
    to.push_back({State::off, "turn", "TURN_URLS is not set: people without a direct way are relayed by the server"});
  }
  const StopLine never;
  for (const auto* urls : {&config->stun_urls, &config->turn_urls}) {
    for (const std::string& url : *urls) {
      const IceVerdict verdict = check_ice(url, *config, never);
      to.push_back({verdict.finding.works ? State::ok : State::fail, "turn", verdict.line()});
    }
  }
}

void diagnose_clock(Diagnoses& to) {
  std::string now(32, '\0');
  const std::time_t seconds = std::time(nullptr);
  std::tm utc{};
  now.resize(std::strftime(now.data(), now.size(), "%Y-%m-%dT%H:%M:%SZ", ::gmtime_r(&seconds, &utc)));
  struct timex state {};
  const int result = ::adjtimex(&state);
  if (result < 0) {
    to.push_back({State::off, "clock", now + "; whether it is kept right can't be asked here"});
  } else if ((state.status & STA_UNSYNC) != 0) {
    to.push_back(
        {State::warn, "clock",
         now + ", and nothing keeps it right: install chrony on the host. Tokens and TURN credentials depend on it"});
  } else {
    to.push_back({State::ok, "clock", now + ", kept right by NTP"});
  }
}

void diagnose_limits(const ops::Settings& settings, Diagnoses& to) {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  const auto wanted = static_cast<std::uint64_t>(settings.integer("MAX_CONNECTIONS")) + kOwnDescriptors;
  const std::string have = std::to_string(files.rlim_max) + " open files are allowed";
  if (files.rlim_max < wanted) {
    to.push_back(
        {State::warn, "limits",
         have + ", MAX_CONNECTIONS needs " + std::to_string(wanted) +
             ": raise it (ulimits: nofile in the compose file, LimitNOFILE of systemd), or lower MAX_CONNECTIONS"});
  } else {
    to.push_back({State::ok, "limits", have});
  }
}

}  // namespace grtc::app
