#pragma once
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/mailroom.hpp"

/// A mailroom on a virtual clock, with holders that are not sockets.
namespace grtc::test {

using namespace std::chrono_literals;

/// One connection: what it was told, in order.
class FakeHolder final : public core::MailOutlet {
 public:
  bool take(const core::SharedFrame& frame, std::string_view from) override {
    if (read.size() >= room) return false;
    read.emplace_back(frame.view());
    senders.emplace_back(from);
    return true;
  }
  void probe() override { ++probes; }
  void admitted() override { held = true; }
  void dismissed(core::Dismissal why) override {
    held = false;
    dismissal = why;
  }

  std::vector<std::string> read;
  std::vector<std::string> senders;  ///< of each; empty where it may not wait
  std::size_t room = SIZE_MAX;       ///< frames that it takes before it can't keep up
  bool held = false;
  int probes = 0;
  std::optional<core::Dismissal> dismissal;
};

struct MailWorld {
  core::MailLimits limits{.wait = 5s, .probe_window = 2s, .letters = 4, .bytes = 100, .addresses = 3};
  core::Places places{100};
  core::TimePoint now{};
  std::vector<std::pair<std::string, std::string>> given_up;  ///< sender, receiver
  core::Mailroom mailroom{limits,
                          [this](const std::string& from, const std::string& to) { given_up.emplace_back(from, to); }};

  void claim(FakeHolder& holder, const std::string& name, const std::string& token) {
    mailroom.claim({"g/" + name, token, &places, &holder}, now);
  }
  void leave(FakeHolder& holder, const std::string& name) { mailroom.leave("g/" + name, holder, now); }
  core::Mailroom::Delivery send(const std::string& from, const std::string& to, const std::string& text,
                                bool may_wait = true, std::shared_ptr<core::Places> quota = nullptr) {
    return mailroom.deliver({"g/" + from, "g/" + to, core::SharedFrame::copy_of(text), may_wait, std::move(quota)},
                            now);
  }
  /// In ticks, as the loop does.
  void pass(std::chrono::milliseconds time) {
    for (; time > 0ms; time -= 100ms) {
      now += 100ms;
      mailroom.expire(now);
    }
  }
};

}  // namespace grtc::test
