// Thousands of random histories of one room on a virtual clock: sends, cuts, returns, restarts and time-outs in any
// order. After each, the promise is checked: within the window nothing is lost, doubled or reordered, either way.
#include <deque>
#include <map>
#include <random>
#include <set>

#include <gtest/gtest.h>

#include "support/room_world.hpp"

namespace grtc::core {
namespace {

using test::FakeClient;
using test::PlainEncoder;
using test::RoomWorld;
using namespace std::chrono_literals;

/// A peer as its own library would be: remembers its session, the last event it saw and what it has not heard to be
/// taken. Its connection loses what was written last.
struct Peer {
  std::string id;
  std::string token;
  Seq seen = 0;
  std::unique_ptr<FakeClient> client;
  std::deque<FakeClient::Seen> in_flight;  ///< written by the server, not arrived
  std::uint64_t next_id = 1;
  std::map<std::uint64_t, std::string> unacknowledged;
  std::map<std::string, int> heard_from;  ///< sender → highest number of its broadcasts
};

class History : public RoomWorld {
 public:
  explicit History(std::uint32_t seed) : random_(seed) {
    limits.queue = {30, 1 << 20};
    for (const char* id : {"a", "b", "c"}) {
      peers_.emplace_back().id = id;
    }
    for (Peer& peer : peers_) begin(peer);
  }

  void step() {
    Peer& peer = peers_[random_() % peers_.size()];
    switch (random_() % 12) {
      case 0:
      case 1:
      case 2:
      case 3:
        say(peer);
        break;
      case 4:
      case 5:
      case 6:
        write(peer);
        arrive(peer, random_() % 6);
        break;
      case 7:
        cut(peer);
        break;
      case 8:
      case 9:
        come_back(peer);
        break;
      case 10:
        pass(std::chrono::milliseconds(random_() % 3000));
        reap();
        break;
      case 11:
        if (random_() % 8 == 0) restart();
        break;
    }
  }

  /// Everyone returns and reads to the end: then all are up to date.
  void finish() {
    for (Peer& peer : peers_) come_back(peer);
    for (Peer& peer : peers_) {
      write(peer);
      arrive(peer, SIZE_MAX);
    }
  }

  [[nodiscard]] std::size_t resumes() const { return resumes_; }

 private:
  void begin(Peer& peer) {
    peer.client = std::make_unique<FakeClient>();
    (void)room_now().join(request(peer.id, *peer.client), now);
    Session* session = room_now().find(peer.id);
    peer.client->session = session;
    peer.token = session->token();
    peer.seen = session->log().last_written();
    peer.in_flight.clear();
    peer.next_id = 1;
    peer.unacknowledged.clear();
    // A new session is told nothing of before: the counting starts with what the others say next. And what the old
    // one had not got through is gone with it, so its numbers are used again.
    said_[peer.id] = taken_[peer.id];
    for (Peer& other : peers_) peer.heard_from[other.id] = taken_[other.id];
  }

  void transmit(Peer& peer, std::uint64_t id, const std::string& text) {
    Session& session = *peer.client->session;
    if (!session.take_id(id)) return;
    ++taken_[peer.id];
    const Seq seq = room_now().next_seq();
    room_now().broadcast(&session, seq, PlainEncoder::say(text), now);
  }

  void say(Peer& peer) {
    if (!connected(peer)) return;
    const std::uint64_t id = peer.next_id++;
    const std::string text = "say " + peer.id + " " + std::to_string(++said_[peer.id]);
    peer.unacknowledged[id] = text;
    if (random_() % 4 != 0) return transmit(peer, id, text);
    cut(peer);  // it broke before the message arrived
  }

  void write(Peer& peer) {
    if (!connected(peer)) return;
    for (auto& event : peer.client->read_events(random_() % 9)) peer.in_flight.push_back(std::move(event));
  }

  void arrive(Peer& peer, std::size_t most) {
    for (; most > 0 && !peer.in_flight.empty(); --most) {
      const auto event = peer.in_flight.front();
      peer.in_flight.pop_front();
      ASSERT_GT(event.seq, peer.seen) << "doubled or reordered";
      peer.seen = event.seq;
      hear(peer, event.text);
    }
    if (peer.client && connected(peer) && most > 100) {
      for (auto& event : peer.client->read_events()) {
        ASSERT_GT(event.seq, peer.seen) << "doubled or reordered";
        peer.seen = event.seq;
        hear(peer, event.text);
      }
    }
  }

  void hear(Peer& peer, const std::string& text) {
    if (text.rfind("say ", 0) != 0) return;
    const std::string from = text.substr(4, 1);
    const int number = std::stoi(text.substr(6));
    ASSERT_EQ(number, peer.heard_from[from] + 1) << peer.id << " misses what " << from << " said";
    peer.heard_from[from] = number;
  }

  void cut(Peer& peer) {
    if (!connected(peer)) return;
    peer.in_flight.clear();
    Session* session = std::exchange(peer.client->session, nullptr);
    if (random_() % 3 == 0) {
      half_open_.push_back(std::move(peer.client));  // the server has not noticed yet
      half_open_.back()->session = session;
    } else {
      room_now().detach(*session, now);
    }
    peer.client.reset();
  }

  void come_back(Peer& peer) {
    if (connected(peer)) return;
    peer.client = std::make_unique<FakeClient>();
    JoinRequest asked = request(peer.id, *peer.client);
    asked.resume = ResumeClaim{peer.token, Position{peer.seen}};
    const auto outcome = room_now().join(std::move(asked), now);
    if (peer.client->dismissal) return;
    ASSERT_TRUE(std::holds_alternative<Joined>(outcome));
    const auto& joined = std::get<Joined>(outcome);
    if (!joined.resumed) {
      ASSERT_TRUE(may_have_ended_.contains(peer.id)) << "a session inside its window was not resumed";
      room_now().leave(*joined.session, LeaveReason::left, now);
      return begin(peer);
    }
    ++resumes_;
    peer.client->session = joined.session;
    const std::uint64_t received = joined.session->received();
    for (const auto& [id, text] : peer.unacknowledged) {
      if (random_() % 2 == 0 || id > received) transmit(peer, id, text);  // sometimes again though it was taken
    }
  }

  /// Sessions whose window passed or whose queue overflowed are gone, and may be.
  void reap() {
    for (Peer& peer : peers_) {
      Session* session = room_now().find(peer.id);
      if (session == nullptr || session->token() != peer.token) may_have_ended_.insert(peer.id);
    }
  }

  void restart() {
    for (Peer& peer : peers_) {
      if (connected(peer)) {
        room_now().detach(*peer.client->session, now);
        peer.in_flight.clear();
        peer.client.reset();
      }
    }
    auto fresh = std::make_unique<Room>("room", limits, encoder);
    fresh->restore(room_now().save(), now);
    restarted_ = std::move(fresh);
  }

  bool connected(const Peer& peer) {
    if (peer.client == nullptr || peer.client->session == nullptr) {
      reap();
      return false;
    }
    return true;
  }
  Room& room_now() { return restarted_ ? *restarted_ : room; }
  void pass(std::chrono::milliseconds time) {
    now += time;
    room_now().expire(now);
  }

  std::mt19937 random_;
  std::vector<Peer> peers_;
  std::map<std::string, int> said_;   ///< by each peer
  std::map<std::string, int> taken_;  ///< of those, by the room
  std::vector<std::unique_ptr<FakeClient>> half_open_;
  std::set<std::string> may_have_ended_;
  std::unique_ptr<Room> restarted_;
  std::size_t resumes_ = 0;
};

TEST(ResumeInterleavings, NothingIsLostDoubledOrReordered) {
  std::size_t resumes = 0;
  for (std::uint32_t seed = 1; seed <= 5000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    History history(seed);
    for (int i = 0; i < 120; ++i) {
      history.step();
      if (testing::Test::HasFatalFailure()) return;
    }
    history.finish();
    if (testing::Test::HasFatalFailure()) return;
    resumes += history.resumes();
  }
  EXPECT_GT(resumes, 10'000U) << "too few resumes to prove anything";
}

}  // namespace
}  // namespace grtc::core
