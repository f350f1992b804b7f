#include "items/feed.hpp"

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/soon.hpp"
#include "unit/items/sqlite/sqlite_world.hpp"

namespace grtc::test {
namespace {

using core::Code;
using items::Feed;
using items::ItemId;
using testing::HasSubstr;

struct Event {
  std::string id, name, data;
};

/// A listener's side of the wire.
class Client final : public items::FeedSink {
 public:
  bool send(std::shared_ptr<const std::string> bytes) override {
    if (!reads) return false;
    text_ += *bytes;
    return true;
  }
  [[nodiscard]] std::size_t queued() const override { return queue; }
  void on_close(std::function<void()> closed) override { closed_ = std::move(closed); }
  void leave() { closed_(); }

  /// Events with data, as a browser would dispatch them.
  [[nodiscard]] std::vector<Event> events() {
    std::vector<Event> all;
    Event event;
    comments = 0;
    for (std::size_t at = 0; at < text_.size();) {
      const std::size_t end = text_.find('\n', at);
      const std::string line = text_.substr(at, end - at);
      at = end + 1;
      if (line.empty()) {
        if (!event.id.empty()) last_id = event.id;
        if (!event.data.empty()) all.push_back(event);
        event = {};
      } else if (line.starts_with(":")) {
        ++comments;
      } else if (line.starts_with("id: ")) {
        event.id = line.substr(4);
      } else if (line.starts_with("event: ")) {
        event.name = line.substr(7);
      } else if (line.starts_with("data: ")) {
        event.data = line.substr(6);
      } else if (line.starts_with("retry: ")) {
        retry = line.substr(7);
      }
    }
    return all;
  }

  bool reads = true;
  std::size_t queue = 0;
  int comments = 0;
  std::string last_id, retry;

 private:
  std::string text_;
  std::function<void()> closed_;
};

class FeedTest : public testing::Test {
 protected:
  explicit FeedTest(std::size_t max_listeners = 100) : feed_(world_.store(), options(max_listeners)) {}

  items::FeedOptions options(std::size_t max_listeners) {
    items::FeedOptions options;
    options.max_listeners = max_listeners;
    options.every_tick = [this](core::Executor&, std::function<void(core::TimePoint)> tick) {
      ticks_.push_back(std::move(tick));
    };
    return options;
  }
  core::Result<Feed::Start> ask(std::optional<std::string> last_event_id = std::nullopt) {
    return calls_.loop().wait_for<Feed::Start>(
        [&](auto ready) { feed_.listen(std::move(last_event_id), calls_.loop(), std::move(ready)); });
  }
  std::shared_ptr<Client> listen(std::optional<std::string> last_event_id = std::nullopt) {
    auto start = ask(std::move(last_event_id));
    if (!start) throw std::runtime_error(start.error().sentence);
    auto client = std::make_shared<Client>();
    (*start)(client);
    return client;
  }
  void tick() {
    now_ += std::chrono::milliseconds(100);
    for (const auto& tick : ticks_) tick(now_);
  }
  /// Waits until `client` has had `count` events.
  std::vector<Event> events_of(Client& client, std::size_t count) {
    EXPECT_TRUE(soon([&] {
      calls_.loop().run_posted();
      return client.events().size() >= count;
    }));
    return client.events();
  }

  std::shared_ptr<Loop> loop_ = std::make_shared<Loop>();
  SqliteWorld world_;
  ItemCalls calls_{world_.store(), loop_};
  std::vector<std::function<void(core::TimePoint)>> ticks_;
  core::TimePoint now_{std::chrono::hours(1)};
  Feed feed_;
};

TEST_F(FeedTest, TellsChangesAsTheyHappen) {
  const auto client = listen();
  const auto made = *calls_.create("Café\nline");
  const auto changed = *calls_.patch(made.id, R"({"name":"b"})");
  ASSERT_TRUE(calls_.remove(made.id));
  const auto events = events_of(*client, 3);
  ASSERT_EQ(events.size(), 3U);
  EXPECT_EQ(events[0].name, "created");
  EXPECT_EQ(events[0].data, R"({"type":"created","item":)" + to_json(made) + "}");
  EXPECT_EQ(events[1].name, "updated");
  EXPECT_EQ(events[1].data, R"({"type":"updated","item":)" + to_json(changed) + "}");
  EXPECT_EQ(events[2].name, "deleted");
  EXPECT_EQ(events[2].data, R"({"type":"deleted","item":)" + to_json(changed) + "}");
  EXPECT_EQ(client->retry, "2000");
}

TEST_F(FeedTest, TellsANewListenerOnlyWhatComesAndGivesItAnIdToReturnWith) {
  ASSERT_TRUE(calls_.create("before"));
  const auto client = listen();
  EXPECT_TRUE(client->events().empty());
  ASSERT_FALSE(client->last_id.empty());
  client->leave();
  ASSERT_TRUE(calls_.create("while it was away"));
  const auto again = listen(client->last_id);
  const auto events = events_of(*again, 1);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_THAT(events[0].data, HasSubstr("while it was away"));
}

TEST_F(FeedTest, SaysResetForAnIdItNeverGave) {
  ASSERT_TRUE(calls_.create("x"));
  for (const char* id : {"999999999", "nonsense", "-1", "1.5", "99999999999999999999999", "0", " 1"}) {
    SCOPED_TRACE(id);
    const auto client = listen(id);
    ASSERT_EQ(client->events().size(), 1U);
    EXPECT_EQ(client->events()[0].name, "reset");
    ASSERT_TRUE(calls_.create("after"));
    EXPECT_THAT(events_of(*client, 2)[1].data, HasSubstr("after"));
    const auto again = listen(client->events()[0].id);
    EXPECT_THAT(events_of(*again, 1)[0].data, HasSubstr("after")) << "a reset can be resumed from";
  }
}

TEST_F(FeedTest, SendsALongHistoryInPartsAsTheyAreTaken) {
  const auto client = listen();
  const std::string start = (static_cast<void>(client->events()), client->last_id);
  client->leave();
  const items::Draft large{"x", "", R"({"pad":")" + std::string(60'000, 'x') + "\"}"};
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(calls_.create(large));
  const auto again = listen(start);
  again->queue = 1;
  const std::size_t first = again->events().size();
  EXPECT_GT(first, 0U);
  EXPECT_LT(first, 60U) << "about 1 MiB at first";
  ASSERT_TRUE(calls_.create("meanwhile"));
  tick();
  calls_.loop().run_posted();
  EXPECT_EQ(again->events().size(), first) << "no more while the first part waits";
  again->queue = 0;
  EXPECT_TRUE(soon([&] {
    tick();
    calls_.loop().run_posted();
    return again->events().size() >= 101;
  }));
  ASSERT_TRUE(calls_.create("live"));
  const auto events = events_of(*again, 102);
  ASSERT_EQ(events.size(), 102U);
  for (std::size_t i = 0; i < 100; ++i) EXPECT_THAT(events[i].data, HasSubstr("\"id\":" + std::to_string(i + 1) + ","));
  EXPECT_THAT(events[100].data, HasSubstr("meanwhile"));
  EXPECT_THAT(events[101].data, HasSubstr("live"));
}

TEST_F(FeedTest, SparesWhoIsStillBusyWithABurstAndTellsItTheRestLater) {
  const auto client = listen();
  client->queue = 600 * 1024;  // half of what a queue holds: a burst of large changes would overflow it
  ASSERT_TRUE(calls_.create("while it reads"));
  const auto quick = listen();
  ASSERT_TRUE(calls_.create("one more"));
  EXPECT_THAT(events_of(*quick, 1).front().data, HasSubstr("one more"));
  EXPECT_THAT(client->events(), testing::IsEmpty());
  client->queue = 0;
  tick();
  const auto events = events_of(*client, 2);
  ASSERT_EQ(events.size(), 2U);
  EXPECT_THAT(events[0].data, HasSubstr("while it reads"));
  EXPECT_THAT(events[1].data, HasSubstr("one more"));
}

TEST_F(FeedTest, HasNoGapAndNoDoubleWhileListenersComeAndGoAndOthersWrite) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  auto client = listen();
  std::vector<Event> all;
  int sent = 0;
  int answered = 0;
  const auto collect = [&] {
    const auto events = client->events();
    all.insert(all.end(), events.begin(), events.end());
  };
  for (int round = 0; round < 60; ++round) {
    const auto writes = static_cast<int>(random() % 40);
    for (int i = 0; i < writes; ++i) {
      world_.store().create({"n" + std::to_string(sent++), "", "{}"}, std::nullopt, calls_.loop(),
                            [&](const core::Result<items::Item>& item) { answered += item ? 1 : 0; });
    }
    if (random() % 2 == 0) calls_.loop().run_posted();
    if (random() % 2 != 0) continue;
    collect();
    client->leave();
    client = listen(client->last_id);
  }
  calls_.loop().run_until([&] { return answered == sent; });
  EXPECT_TRUE(soon([&] {
    calls_.loop().run_posted();
    tick();
    return all.size() + client->events().size() >= static_cast<std::size_t>(sent);
  }));
  collect();
  ASSERT_EQ(all.size(), static_cast<std::size_t>(sent));
  for (std::size_t i = 0; i < all.size(); ++i) {
    ASSERT_THAT(all[i].data, HasSubstr("\"name\":\"n" + std::to_string(i) + "\""));
  }
}

TEST_F(FeedTest, CommentsEvery15Seconds) {
  const auto client = listen();
  tick();
  static_cast<void>(client->events());
  const int before = client->comments;
  for (int i = 0; i < 451; ++i) tick();
  static_cast<void>(client->events());
  EXPECT_EQ(client->comments - before, 3);
}

TEST_F(FeedTest, LetsGoOfWhoHasLeftOrDoesNotRead) {
  const auto leaves = listen();
  const auto stalls = listen();
  const auto stays = listen();
  EXPECT_EQ(feed_.listeners(), 3U);
  leaves->leave();
  EXPECT_EQ(feed_.listeners(), 2U);
  stalls->reads = false;
  ASSERT_TRUE(calls_.create("x"));
  EXPECT_EQ(events_of(*stays, 1).size(), 1U);
  EXPECT_EQ(feed_.listeners(), 1U);
  { const auto dropped = ask(); }
  EXPECT_EQ(feed_.listeners(), 1U) << "one whose connection is gone before it begins";
}

TEST_F(FeedTest, TellsAllListenersToListAgainWhenTheFileIsReplaced) {
  const auto client = listen();
  ASSERT_TRUE(calls_.create("x"));
  ASSERT_EQ(events_of(*client, 1).size(), 1U);
  const std::string copy = world_.folder().file("copy.db");
  {
    SqliteWorld other;
    ItemCalls others(other.store());
    ASSERT_TRUE(others.create("other"));
    other.close();
    overwrite(copy, bytes_of(other.path()));
  }
  std::filesystem::rename(copy, world_.path());
  ASSERT_TRUE(calls_.create("after"));
  const auto events = events_of(*client, 2);
  EXPECT_EQ(events[1].name, "reset");
  EXPECT_EQ(calls_.list()->total, 2U);
}

class SmallFeed : public FeedTest {
 protected:
  SmallFeed() : FeedTest(2) {}
};

TEST_F(SmallFeed, RefusesMoreListenersThanItMayHave) {
  const auto one = listen();
  const auto two = listen();
  const auto third = ask();
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().code, Code::unavailable);
  EXPECT_GT(third.error().retry_after_s, 0U);
  one->leave();
  EXPECT_TRUE(ask());
}

}  // namespace
}  // namespace grtc::test
