#include "net/io_thread.hpp"

#include <array>
#include <fcntl.h>
#include <future>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/socket.hpp"

namespace grtc::net {
namespace {

using testing::ElementsAre;

/// The two ends of a stream.
std::array<RawSocket, 2> stream() {
  std::array<int, 2> ends{};
  EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()), 0);
  return {RawSocket(ends[0], nullptr), RawSocket(ends[1], nullptr)};
}

void say(RawSocket& socket, char byte) {
  const iovec part{&byte, 1};
  EXPECT_EQ(socket.write({&part, 1}).bytes, 1U);
}

/// Reads one byte each time it is told to, and stops the loop at a '.'.
class Reader final : public ReadyHandler, public std::enable_shared_from_this<Reader> {
 public:
  Reader(IoThread& io, RawSocket raw) : io_(io), socket_(io, std::move(raw)) {}

  void wait() { socket_.wait_readable(shared_from_this()); }
  void on_readable() override {
    std::array<char, 1> byte{};
    const Transfer got = socket_.raw().read(byte);
    heard += got.stop == Stop::none ? byte[0] : '!';
    if (heard.back() == '.' || heard.back() == '!') return io_.stop();
    if (keeps_reading) wait();
  }
  void on_writable() override {
    ++written;
    if (keeps_writing) socket_.wait_writable(shared_from_this());
  }

  [[nodiscard]] Socket& socket() { return socket_; }
  std::string heard;
  int written = 0;
  bool keeps_reading = true;
  bool keeps_writing = false;

 private:
  IoThread& io_;
  Socket socket_;
};

TEST(IoThread, TellsOfWhatComesAsLongAsItIsWaitedFor) {
  IoThread io(0);
  auto [here, there] = stream();
  const auto reader = std::make_shared<Reader>(io, std::move(here));
  reader->wait();
  for (const char byte : std::string("abc.")) say(there, byte);
  io.run();
  EXPECT_EQ(reader->heard, "abc.");
}

TEST(IoThread, SleepsWhileNobodyWaitsForWhatIsThere) {
  IoThread io(0);
  auto [here, there] = stream();
  const auto reader = std::make_shared<Reader>(io, std::move(here));
  reader->keeps_reading = false;
  reader->wait();
  for (const char byte : std::string("ab.")) say(there, byte);
  int turns = 0;
  const std::function<void()> count = [&] { ++turns; };
  int ticks = 0;
  io.every_tick([&](core::TimePoint) {
    io.at_end_of_turn(count);
    if (++ticks == 2) {
      reader->keeps_reading = true;
      reader->wait();
    }
  });
  io.run();
  EXPECT_EQ(reader->heard, "ab.");
  EXPECT_EQ(turns, 2);
}

TEST(IoThread, TellsOfTheOtherSidesEndEvenWhenOnlyWritingIsWaitedFor) {
  IoThread io(0);
  auto [here, there] = stream();
  const auto reader = std::make_shared<Reader>(io, std::move(here));
  there = RawSocket();
  reader->wait();
  reader->socket().wait_writable(reader);
  io.run();
  EXPECT_EQ(reader->heard, "!");
  EXPECT_EQ(reader->written, 1);
}

TEST(IoThread, KeepsAnOwnerAliveWhileItWaitsAndNoLonger) {
  auto [here, there] = stream();
  std::weak_ptr<Reader> watched;
  {
    IoThread io(0);
    auto reader = std::make_shared<Reader>(io, std::move(here));
    watched = reader;
    reader->wait();
    reader.reset();
    EXPECT_FALSE(watched.expired());
    say(there, '.');
    io.run();
    EXPECT_TRUE(watched.expired());

    auto [left, right] = stream();
    auto waiting = std::make_shared<Reader>(io, std::move(left));
    watched = waiting;
    waiting->wait();
    waiting.reset();
    EXPECT_FALSE(watched.expired());
  }
  EXPECT_TRUE(watched.expired()) << "the loop has ended, and what waited on it";
}

TEST(IoThread, LetsAnOwnerFinishThatClosesWhatItWaitsFor) {
  struct Closer final : ReadyHandler, std::enable_shared_from_this<Closer> {
    Closer(IoThread& loop, RawSocket raw) : socket(loop, std::move(raw)) {}
    void on_readable() override {}
    void on_writable() override {}
    void close() {
      socket.close();
      closed = true;
    }
    Socket socket;
    bool closed = false;
  };
  IoThread io(0);
  auto [here, there] = stream();
  auto closer = std::make_shared<Closer>(io, std::move(here));
  Closer& alone = *closer;
  const std::weak_ptr<Closer> watched = closer;
  closer->socket.wait_readable(std::move(closer));
  alone.close();  // only the wait has held it
  EXPECT_TRUE(alone.closed);
  io.stop();
  io.run();
  EXPECT_TRUE(watched.expired());
}

TEST(IoThread, HandsASocketToAnotherOwnerOrAnotherLoop) {
  IoThread one(0);
  IoThread two(1);
  auto ends = stream();
  RawSocket moving = std::move(ends[0]);
  RawSocket& there = ends[1];
  const auto read_on = [&](IoThread& io, const std::string& sent, const std::string& heard) {
    const auto reader = std::make_shared<Reader>(io, std::move(moving));
    reader->wait();
    for (const char byte : sent) say(there, byte);
    std::thread running([&io] { io.run(); });
    running.join();
    EXPECT_EQ(reader->heard, heard);
    moving = reader->socket().release();
  };
  // stop() ends a loop for good, so each is run once and the first owner on it only begins.
  const auto first = std::make_shared<Reader>(one, std::move(moving));
  first->wait();
  moving = first->socket().release();
  read_on(one, "ab.", "ab.");
  say(there, 'c');  // what the loop that it left still knows of must not reach anybody
  read_on(two, "d.", "cd.");
}

TEST(IoThread, ForgetsAClosedSocketWhoseNumberComesAgain) {
  IoThread io(0);
  auto [here, there] = stream();
  const int number = here.fd();
  const auto first = std::make_shared<Reader>(io, std::move(here));
  first->wait();
  first->socket().close();
  EXPECT_FALSE(first->socket().is_open());
  auto [again, other] = stream();
  ASSERT_EQ(again.fd(), number) << "the lowest free number is taken";
  const auto second = std::make_shared<Reader>(io, std::move(again));
  second->wait();
  say(other, '.');
  io.run();
  EXPECT_EQ(first->heard, "");
  EXPECT_EQ(second->heard, ".");
}

TEST(IoThread, RunsWhatIsPostedInOrderAndWakesUpForIt) {
  IoThread io(0);
  std::string order;
  std::thread running([&io] { io.run(); });
  for (char c = 'a'; c <= 'e'; ++c) io.post([&order, c] { order += c; });
  io.post([&] {
    order += io.is_current() ? '1' : '?';
    io.post([&] { order += '3'; });
    io.at_end_of_turn([&] { order += '2'; });
  });
  io.post([&] { io.post([&] { io.stop(); }); });
  running.join();
  EXPECT_FALSE(io.is_current());
  EXPECT_EQ(order.substr(0, 6), "abcde1");
  EXPECT_THAT(order, testing::AnyOf("abcde123", "abcde132"));
}

TEST(IoThread, HearsSocketsPostsAndTicksWhileItLooksOnInsteadOfSleeping) {
  IoThread io(0, std::chrono::milliseconds(1));
  auto ends = stream();
  const auto reader = std::make_shared<Reader>(io, std::move(ends[0]));
  reader->wait();
  int ticks = 0;
  io.every_tick([&](core::TimePoint) { ++ticks; });
  std::thread running([&io] { io.run(); });
  // Something always has just come, so that it looks on all the time.
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(350);
  std::size_t said = 0;
  for (; std::chrono::steady_clock::now() < until; ++said) {
    say(ends[1], 'a');
    std::promise<void> passed;
    io.post([&passed] { passed.set_value(); });
    passed.get_future().wait();
  }
  say(ends[1], '.');
  running.join();
  EXPECT_EQ(reader->heard.size(), said + 1);
  EXPECT_GE(ticks, 2);
}

TEST(IoThread, RunsTimersAtTheirTimeUnlessCancelled) {
  IoThread io(0);
  std::string order;
  Timer late(io);
  Timer early(io);
  Timer cancelled(io);
  Timer restarted(io);
  const auto began = std::chrono::steady_clock::now();
  late.start(std::chrono::milliseconds(30), [&] {
    order += "late";
    io.stop();
  });
  early.start(std::chrono::milliseconds(10), [&] {
    order += "early ";
    cancelled.cancel();
  });
  cancelled.start(std::chrono::milliseconds(20), [&] { order += "cancelled "; });
  restarted.start(std::chrono::milliseconds(1), [&] { order += "first "; });
  restarted.start(std::chrono::milliseconds(5), [&] { order += "second "; });
  io.run();
  EXPECT_EQ(order, "second early late");
  EXPECT_GE(std::chrono::steady_clock::now() - began, std::chrono::milliseconds(30));
}

TEST(IoThread, DropsATimerWhoseTaskOwnsIt) {
  struct Owner {
    explicit Owner(IoThread& io) : timer(io) {}
    Timer timer;
  };
  std::weak_ptr<Owner> watched;
  {
    IoThread io(0);
    const auto owner = std::make_shared<Owner>(io);
    watched = owner;
    owner->timer.start(std::chrono::hours(1), [owner] {});
  }
  EXPECT_TRUE(watched.expired());
}

}  // namespace
}  // namespace grtc::net
