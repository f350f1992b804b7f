#include "bench/bench_report.hpp"

#include <fmt/format.h>

#include "core/json_scan.hpp"

namespace grtc::bench {
namespace {

/// Above these the generator measures itself.
constexpr std::uint64_t kMaxLagUs = 5000;
constexpr double kMaxCpu = 0.8;

double per_second(const Outcome& outcome) {
  return outcome.seconds > 0 ? static_cast<double>(outcome.verdict.delivered) / outcome.seconds : 0;
}

std::string ms(std::uint64_t micros) {
  return fmt::format("{:.2f}", static_cast<double>(micros) / 1000);
}

std::string quoted(const std::string& text) {
  std::string out;
  core::append_json_string(out, text);
  return out;
}

std::string ratio(double ours, double other) {
  return other > 0 ? fmt::format("{:.2f}", ours / other) : "-";
}

}  // namespace

std::string tick_head() {
  return fmt::format("{:>5} {:>9} {:>11} {:>9} {:>9} {:>6} {:>8} {:>8}\n", "s", "connected", "delivered/s", "p50 ms",
                     "p99 ms", "cuts", "doubled", "reordered");
}

std::string tick_line(const Tick& tick) {
  return fmt::format("{:>5} {:>9} {:>11} {:>9} {:>9} {:>6} {:>8} {:>8}\n", tick.second, tick.connected, tick.delivered,
                     ms(tick.p50_us), ms(tick.p99_us), tick.cut, tick.so_far.doubled, tick.so_far.reordered);
}

std::vector<std::string> warnings_of(const Outcome& outcome) {
  std::vector<std::string> warnings;
  if (const std::uint64_t lag = outcome.lag.quantile(0.99); lag > kMaxLagUs) {
    warnings.push_back(
        fmt::format("the generator is the bottleneck: 1 % of the messages left over {} ms late", ms(lag)));
  } else if (outcome.cpu_share > kMaxCpu) {
    warnings.push_back(
        fmt::format("the generator is the bottleneck: it took {:.0f} % of a core", outcome.cpu_share * 100));
  }
  if (outcome.broken > 0) {
    warnings.push_back(
        fmt::format("{} connections ended by themselves; the first: {}", outcome.broken, outcome.broken_why));
  }
  if (outcome.not_resumed > 0) warnings.push_back(fmt::format("{} sessions were not resumed", outcome.not_resumed));
  return warnings;
}

std::string summary_text(const Outcome& outcome) {
  const Verdict& verdict = outcome.verdict;
  const LatencyHistogram& latency = outcome.latency;
  std::string text = fmt::format(
      "\n{} ({}): {} rooms of {} peers, {} s\n"
      "messages   {} sent, {} delivered, {:.0f} a second\n"
      "latency    p50 {} ms, p90 {} ms, p99 {} ms, p99.9 {} ms, longest {} ms, from when each was due\n"
      "checked    {} lost, {} doubled, {} out of order\n",
      outcome.plan.url, outcome.plan.protocol, outcome.plan.rooms, outcome.plan.peers, outcome.plan.seconds,
      verdict.sent, verdict.delivered, per_second(outcome), ms(latency.quantile(0.5)), ms(latency.quantile(0.9)),
      ms(latency.quantile(0.99)), ms(latency.quantile(0.999)), ms(latency.quantile(1)), verdict.lost, verdict.doubled,
      verdict.reordered);
  if (outcome.churned + outcome.cut > 0) {
    text += fmt::format("disturbed  {} peers left and others came, {} connections were cut\n", outcome.churned,
                        outcome.cut);
  }
  for (const std::string& warning : warnings_of(outcome)) text += "warning: " + warning + "\n";
  return text;
}

std::string summary_json(const Outcome& outcome) {
  const Verdict& verdict = outcome.verdict;
  const LatencyHistogram& latency = outcome.latency;
  std::string warnings;
  for (const std::string& warning : warnings_of(outcome)) warnings += (warnings.empty() ? "" : ",") + quoted(warning);
  return fmt::format(
      R"({{"url":{},"protocol":{},"rooms":{},"peers_per_room":{},"seconds":{:.3f},"rate":{},"size":{},)"
      R"("sent":{},"delivered":{},"per_second":{:.1f},"skipped":{},"lost":{},"doubled":{},"reordered":{},)"
      R"("latency_us":{{"p50":{},"p90":{},"p99":{},"p999":{},"max":{}}},"churned":{},"cut":{},"not_resumed":{},)"
      R"("broken":{},"generator":{{"lag_p99_us":{},"cpu":{:.3f}}},"warnings":[{}]}})",
      quoted(outcome.plan.url), quoted(outcome.plan.protocol), outcome.plan.rooms, outcome.plan.peers, outcome.seconds,
      outcome.plan.rate, outcome.plan.size, verdict.sent, verdict.delivered, per_second(outcome), outcome.skipped,
      verdict.lost, verdict.doubled, verdict.reordered, latency.quantile(0.5), latency.quantile(0.9),
      latency.quantile(0.99), latency.quantile(0.999), latency.quantile(1), outcome.churned, outcome.cut,
      outcome.not_resumed, outcome.broken, outcome.lag.quantile(0.99), outcome.cpu_share, warnings);
}

std::string comparison_text(const Outcome& ours, const Outcome& other) {
  std::string text = fmt::format("\n{:<16} {:>14} {:>14} {:>8}\n", "", "first", "second", "ratio");
  const auto row = [&](const char* name, double first, double second, const char* format) {
    text += fmt::format("{:<16} {:>14} {:>14} {:>8}\n", name, fmt::format(fmt::runtime(format), first),
                        fmt::format(fmt::runtime(format), second), ratio(first, second));
  };
  const auto latency = [](const Outcome& outcome, double share) {
    return static_cast<double>(outcome.latency.quantile(share)) / 1000;
  };
  row("delivered/s", per_second(ours), per_second(other), "{:.0f}");
  row("p50 ms", latency(ours, 0.5), latency(other, 0.5), "{:.2f}");
  row("p99 ms", latency(ours, 0.99), latency(other, 0.99), "{:.2f}");
  row("p99.9 ms", latency(ours, 0.999), latency(other, 0.999), "{:.2f}");
  row("lost", static_cast<double>(ours.verdict.lost), static_cast<double>(other.verdict.lost), "{:.0f}");
  return text + "first: " + ours.plan.url + ", second: " + other.plan.url + "\n";
}

}  // namespace grtc::bench
