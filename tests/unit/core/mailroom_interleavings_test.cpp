#include <cstdlib>
#include <deque>
#include <map>
#include <memory>
#include <random>

#include <gtest/gtest.h>

#include "support/mail_world.hpp"

namespace grtc::core {
namespace {

using test::FakeHolder;
using test::MailWorld;
using namespace std::chrono_literals;

/// Some addresses, whose holders come, go, fall silent and fall behind in random order, under letters of known numbers.
class World {
 public:
  explicit World(std::uint32_t seed) : random_(seed) {
    world_.limits.letters = 1000;
    world_.limits.bytes = 1 << 20;
    world_.limits.addresses = 1000;
  }

  void step() {
    const int name = below(kNames);
    switch (below(10)) {
      case 0:
        return claim(name);
      case 1:
        return leave(name);
      case 2:
        return world_.mailroom.alive("g/" + std::to_string(name));
      case 3:
        return world_.pass(std::chrono::milliseconds(100 * below(15)));
      default:
        return send(name);
    }
  }

  /// Each letter was taken once, in its pair's order, or given up; and every place was given back.
  void check() {
    world_.pass(10s);
    for (auto& holder : holders_) world_.leave(*holder.outlet, std::to_string(holder.name));
    EXPECT_EQ(world_.places.taken(), 0U);
    EXPECT_EQ(quota_->taken(), 0U);
    EXPECT_EQ(world_.mailroom.waiting_addresses(), 0U);
    std::map<int, int> latest;
    std::size_t read = 0;
    for (const auto& holder : holders_) {
      for (const std::string& text : holder.outlet->read) {
        const int number = std::stoi(text);
        EXPECT_GT(number, latest[holder.name]) << "to " << holder.name;
        latest[holder.name] = number;
        ++read;
      }
    }
    EXPECT_LE(read, sent_);
    if (world_.given_up.empty()) {
      EXPECT_EQ(read, sent_) << "lost without a word";
    }
  }

 private:
  static constexpr int kNames = 4;
  struct Holder {
    int name;
    std::unique_ptr<FakeHolder> outlet;
  };
  int below(int n) { return static_cast<int>(random_() % static_cast<std::uint32_t>(n)); }

  void claim(int name) {
    holders_.push_back({name, std::make_unique<FakeHolder>()});
    world_.claim(*holders_.back().outlet, std::to_string(name), "t" + std::to_string(below(2)));
  }
  void leave(int name) {
    for (auto& holder : holders_) {
      if (holder.name == name && below(2) == 0) world_.leave(*holder.outlet, std::to_string(name));
    }
  }
  void send(int name) {
    ++sent_;
    const auto answer = world_.send("sender", std::to_string(name), std::to_string(sent_), true, quota_);
    EXPECT_NE(answer, Mailroom::Delivery::refused);
  }

  std::mt19937 random_;
  MailWorld world_;
  std::shared_ptr<Places> quota_ = std::make_shared<Places>(100'000);
  std::deque<Holder> holders_;
  std::size_t sent_ = 0;
};

TEST(MailroomInterleavings, LoseDoubleAndReorderNothingSilently) {
  const char* given = std::getenv("GRTC_SEED");
  const std::uint32_t first = given != nullptr ? static_cast<std::uint32_t>(std::atol(given)) : std::random_device()();
  for (std::uint32_t i = 0; i < 300 && !testing::Test::HasFailure(); ++i) {
    SCOPED_TRACE("GRTC_SEED=" + std::to_string(first + i));
    World world(first + i);
    for (int step = 0; step < 200; ++step) world.step();
    world.check();
  }
}

}  // namespace
}  // namespace grtc::core
