#include <charconv>
#include <cstdio>
#include <optional>
#include <string>

#include "app/arguments.hpp"
#include "app/errors.hpp"
#include "app/process.hpp"
#include "bench/bench_report.hpp"
#include "bench/load.hpp"

namespace grtc::app {
namespace {

constexpr const char* kBench = "grtc bench";
constexpr const char* kPurpose =
    "Puts a server under load and checks what comes of it: `grtc bench` measures any gRTC, PeerJS or y-webrtc server, "
    "`grtc bench chaos` cuts its own connections to a gRTC server and proves that nothing was lost.";

/// A number within bounds, or the exit code.
std::optional<int> read_number(const char* flag, const std::string& text, double least, double most, double& number) {
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  if (error == std::errc() && stopped == end && number >= least && number <= most) return std::nullopt;
  const auto bound = [](double value) { return std::to_string(static_cast<long long>(value)); };
  return say_wrong(kBench,
                   std::string(flag) + "=" + text + ": must be a number from " + bound(least) + " to " + bound(most));
}

/// What the flags said, and their defaults.
struct Flags {
  std::string url = "http://localhost:8001";
  std::string protocol = "grtc";
  std::string rooms = "50";
  std::string peers = "2";
  std::string rate = "1000";
  std::string secs = "10";
  std::string size = "300";
  std::string churn = "0";
  std::string cuts = "0";
  std::string compare;
  bool json = false;
};

std::optional<int> read_plan(const Flags& flags, bool chaos, bench::Plan& plan) {
  double rooms = 0;
  double peers = 0;
  double secs = 0;
  double size = 0;
  for (const auto& wrong :
       {read_number("--rooms", flags.rooms, 1, 100'000, rooms), read_number("--peers", flags.peers, 2, 1000, peers),
        read_number("--rate", flags.rate, 1, 10'000'000, plan.rate), read_number("--secs", flags.secs, 1, 86'400, secs),
        read_number("--size", flags.size, 0, 60'000, size), read_number("--churn", flags.churn, 0, 10'000, plan.churn),
        read_number("--cuts", flags.cuts, 0, 10'000, plan.cuts)}) {
    if (wrong) return wrong;
  }
  if (!bench::Dialect::by_name(flags.protocol)) {
    return say_wrong(kBench, "--protocol=" + flags.protocol + ": must be grtc, peerjs or y-webrtc");
  }
  if (chaos && flags.protocol != "grtc") {
    return say_wrong(kBench, "chaos is for grtc: the other protocols promise nothing over a broken connection");
  }
  plan.protocol = flags.protocol;
  plan.rooms = static_cast<std::uint32_t>(rooms);
  plan.peers = static_cast<std::uint32_t>(peers);
  plan.seconds = static_cast<std::uint32_t>(secs);
  plan.size = static_cast<std::uint32_t>(size);
  plan.settle_s = plan.cuts > 0 ? 20 : 5;
  return std::nullopt;
}

core::Result<bench::Outcome> run_one(bench::Plan plan, const std::string& url) {
  auto target = bench::Target::find(url);
  if (!target) return target.error();
  plan.url = url;
  std::fprintf(stderr, "%s\n%s", url.c_str(), bench::tick_head().c_str());
  bench::Load load(std::move(plan), *std::move(target),
                   [](const bench::Tick& tick) { std::fputs(bench::tick_line(tick).c_str(), stderr); });
  return load.run();
}

int tell(const bench::Outcome& outcome, const Flags& flags, bool chaos) {
  if (flags.json) {
    std::puts(bench::summary_json(outcome).c_str());
  } else {
    std::fputs(bench::summary_text(outcome).c_str(), stdout);
  }
  if (!chaos) return kDone;
  if (outcome.verdict.clean() && outcome.not_resumed == 0) {
    if (!flags.json) std::puts("nothing was lost, doubled or reordered");
    return kDone;
  }
  return say_failed(kBench, "the promise of resume was broken");
}

}  // namespace

int bench(Words words) {
  const bool chaos = !words.empty() && words.front() == std::string_view("chaos");
  if (chaos) words = words.subspan(1);
  Flags flags;
  if (chaos) flags.cuts = "20";
  const auto number = [](const char* name, const char* help, std::string& text) {
    return Argument{.name = name, .help = help, .text = &text, .shown_default = text};
  };
  const std::vector<Argument> arguments{
      number("--url", "the server; http, https, ws or wss", flags.url),
      number("--protocol", "grtc, peerjs or y-webrtc", flags.protocol),
      number("--rooms", "rooms, or topics", flags.rooms),
      number("--peers", "peers of each room", flags.peers),
      number("--rate", "messages a second, of all together, whatever becomes of them", flags.rate),
      number("--secs", "how long", flags.secs),
      number("--size", "bytes of padding in a message", flags.size),
      number("--churn", "peers a second that leave, others come", flags.churn),
      number("--cuts", "connections a second that break and come back", flags.cuts),
      {.name = "--compare", .help = "a second server, which is run after the first", .text = &flags.compare},
      {.name = "--json", .help = "JSON, one line a server", .is_given = &flags.json},
  };
  if (const auto end = read_arguments(kBench, kPurpose, arguments, words)) return *end;
  bench::Plan plan;
  if (const auto wrong = read_plan(flags, chaos, plan)) return *wrong;
  raise_descriptor_bound();
  const auto first = run_one(plan, flags.url);
  if (!first) {
    const bool wrong = first.error().code == core::Code::bad_request;
    return wrong ? say_wrong(kBench, "--url=" + flags.url + ": " + first.error().sentence)
                 : say_failed(kBench, flags.url + ": " + first.error().sentence);
  }
  const int code = tell(*first, flags, chaos);
  if (flags.compare.empty() || code != kDone) return code;
  const auto second = run_one(plan, flags.compare);
  if (!second) return say_failed(kBench, flags.compare + ": " + second.error().sentence);
  const int second_code = tell(*second, flags, chaos);
  if (!flags.json) std::fputs(bench::comparison_text(*first, *second).c_str(), stdout);
  return second_code;
}

}  // namespace grtc::app
