#include <array>
#include <exception>

#include "app/command.hpp"
#include "app/errors.hpp"

namespace {

using namespace grtc::app;

constexpr std::array kCommands{
    Command{"serve", serve, "run the server"},
    Command{"health", health, "ask a running server whether it is well (for a container's health check)"},
    Command{"db", db, "back up, restore or check the items database, also while the server runs"},
    Command{"token", token, "make a room token"},
    Command{"turn", turn, "check the STUN and TURN servers"},
    Command{"doctor", doctor, "look at all that the server needs, and name each remedy"},
    Command{"settings", settings, "show the settings in force, or their page"},
    Command{"bench", bench, "put a gRTC, PeerJS or y-webrtc server under load; `bench chaos` checks resume"},
    Command{"version", version, "print the version"},
};

}  // namespace

int main(int argc, char** argv) {
  try {
    const Words words{argv + (argc > 0 ? 1 : 0), argv + argc};
    if (!words.empty() && words.front() == std::string_view("--version")) return version({});
    return run_one_of("grtc", "gRTC: real-time rooms and items in one server.", kCommands, words);
  } catch (const std::exception& broken) {
    // What has no better place: out of memory, no threads, no random source.
    return say_failed("grtc", broken.what());
  }
}
