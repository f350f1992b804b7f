#include "redis/link.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>
#include <utility>

#include <hiredis/hiredis.h>

#include "net/client_tls.hpp"

namespace grtc::redis {
namespace {

struct FreeReply {
  void operator()(void* reply) const noexcept { freeReplyObject(reply); }
};

/// Answers longer than this are none of ours: a snapshot of a room of thousands is a few MB.
constexpr std::size_t kMaxReplyBytes = 256UL * 1024 * 1024;
/// What was read once stands ready for the next answers, up to this.
constexpr std::size_t kKeptBytes = 256UL * 1024;

}  // namespace

void Link::FreeReader::operator()(redisReader* reader) const noexcept {
  redisReaderFree(reader);
}

Link::Link(net::IoThread& io, Resolver& resolver, Host host, LinkOptions options)
    : io_(io),
      resolver_(resolver),
      host_(std::move(host)),
      options_(std::move(options)),
      reader_(redisReaderCreate()),
      timer_(io) {
  reader_->maxbuf = kKeptBytes;
}

Link::~Link() = default;

// ---- making it -----------------------------------------------------------------------------------------------

void Link::start() {
  state_ = State::resolving;
  last_heard_ = io_.update_now();
  watch();
  resolver_.resolve(host_, io_, [self = weak_from_this()](const std::vector<Address>& addresses) {
    const auto here = self.lock();
    if (here && here->state_ == State::resolving) here->connect(addresses);
  });
}

void Link::connect(const std::vector<Address>& addresses) {
  if (addresses.empty()) return fail("the name " + host_.name + " is not known");
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    const Address& address = addresses[(options_.attempt + i) % addresses.size()];
    const int fd = ::socket(address.bytes.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) continue;
    const int yes = 1;
    (void)::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    const int begun = ::connect(fd, reinterpret_cast<const sockaddr*>(&address.bytes), address.size);
    if (begun != 0 && errno != EINPROGRESS) {
      ::close(fd);
      continue;
    }
    if (options_.tls) {
      auto secured = net::secure_client(fd, host_.name);
      if (!secured) return fail(secured.error().sentence);
      socket_.emplace(io_, *std::move(secured));
    } else {
      socket_.emplace(io_, net::RawSocket(fd, nullptr));
    }
    state_ = State::connecting;
    socket_->wait_writable(shared_from_this());
    return;
  }
  fail(std::strerror(errno));
}

void Link::greet() {
  state_ = State::greeting;
  socket_->wait_readable(shared_from_this());
  const auto say = [this](std::initializer_list<std::string_view> words, bool checks_role = false) {
    ++greetings_left_;
    send(std::span(words.begin(), words.size()),
         [this, checks_role](const Reply& reply) { greeted(reply, checks_role); });
  };
  if (!options_.password.empty() && options_.user.empty()) say({"AUTH", options_.password});
  if (!options_.user.empty()) say({"AUTH", options_.user, options_.password});
  if (options_.database != 0) say({"SELECT", std::to_string(options_.database)});
  say({"CLIENT", "SETNAME", "grtc"});
  say({"ROLE"}, true);
  for (const Script& script : options_.scripts) say({"SCRIPT", "LOAD", script.source});
}

void Link::greeted(const Reply& reply, bool checks_role) {
  if (state_ != State::greeting) return;
  if (reply.is_error()) return fail(std::string(reply.text()));
  const bool is_master = reply.size() > 0 && reply[0].text() == "master";
  if (checks_role && options_.must_be_master && !is_master) return fail("it is no master");
  if (--greetings_left_ > 0) return;
  state_ = State::up;
  if (on_up) on_up();
}

// ---- talking -------------------------------------------------------------------------------------------------

void Link::append(std::span<const std::string_view> words) {
  out_.append("*").append(std::to_string(words.size())).append("\r\n");
  for (const std::string_view word : words) {
    out_.append("$").append(std::to_string(word.size())).append("\r\n").append(word).append("\r\n");
  }
}

void Link::send(std::span<const std::string_view> words, OnReply on_reply) {
  append(words);
  pending_.push_back({io_.now(), std::move(on_reply)});
  // To leave out one command and go on with the next would lose it: all of them are asked again after a break.
  if (out_.size() > kMaxUnsent) return fail("it takes less than there is to say");
  flush_later();
}

void Link::send_unanswered(std::span<const std::string_view> words) {
  append(words);
  flush_later();
}

/// All that is said in one turn leaves in one write.
void Link::flush_later() {
  if (flushing_ || blocked_) return;
  flushing_ = true;
  io_.at_end_of_turn([self = shared_from_this()] {
    self->flushing_ = false;
    self->flush();
  });
}

void Link::send_now() {
  if (state_ == State::up && !blocked_) (void)write_out();
}

void Link::flush() {
  if (!socket_ || state_ == State::down || blocked_) return;
  const net::Stop stop = write_out();
  if (stop == net::Stop::none || stop == net::Stop::wants_read) return;  // a TLS handshake goes on with what comes
  if (stop != net::Stop::wants_write) return break_off();
  blocked_ = true;
  out_.erase(0, std::exchange(out_sent_, 0));
  socket_->wait_writable(shared_from_this());
}

/// @return why it stopped; none: all is written
net::Stop Link::write_out() {
  while (out_sent_ < out_.size()) {
    const iovec part{out_.data() + out_sent_, out_.size() - out_sent_};
    const net::Transfer written = socket_->raw().write({&part, 1});
    out_sent_ += written.bytes;
    if (written.stop != net::Stop::none) return written.stop;
  }
  out_.clear();
  out_sent_ = 0;
  return net::Stop::none;
}

void Link::on_writable() {
  blocked_ = false;
  if (state_ == State::connecting) {
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(socket_->raw().fd(), SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return fail(std::strerror(error));
    greet();
  }
  flush();
}

void Link::on_readable() {
  if (state_ == State::down) return;
  const auto keep = shared_from_this();
  const bool has_ended = read_what_is_there();
  take_what_was_read();
  if (state_ == State::down) return;
  // Only now: its last words count.
  if (has_ended) return fail("the server closed the connection");
  if (reader_->len - reader_->pos > kMaxReplyBytes) return fail("an answer is too long");
  socket_->wait_readable(shared_from_this());
  if (!out_.empty()) flush_later();
}

/// @return whether the other side has closed, or the connection is broken
bool Link::read_what_is_there() {
  const std::span<char> room = io_.scratch();
  for (;;) {
    const net::Transfer got = socket_->raw().read(room);
    if (got.bytes > 0) {
      redisReaderFeed(reader_.get(), room.data(), got.bytes);
      last_heard_ = io_.now();
      if (got.bytes < room.size() && !socket_->raw().secure()) return false;  // that was all there is
    }
    if (got.stop == net::Stop::none) continue;
    if (got.stop == net::Stop::wants_write) {
      blocked_ = true;
      socket_->wait_writable(shared_from_this());
    }
    return got.stop != net::Stop::wants_write && got.stop != net::Stop::wants_read;
  }
}

void Link::take_what_was_read() {
  while (state_ != State::down) {
    void* raw = nullptr;
    if (redisReaderGetReply(reader_.get(), &raw) != REDIS_OK) return fail("what it says is no RESP");
    if (raw == nullptr) break;
    const std::unique_ptr<void, FreeReply> owned(raw);
    take(Reply(static_cast<const redisReply*>(raw)));
  }
}

void Link::take(const Reply& reply) {
  if (reply.size() >= 2 && on_push) {
    const std::string_view kind = reply[0].text();
    if (kind == "smessage" || kind == "ssubscribe" || kind == "sunsubscribe") return on_push(reply);
  }
  // Where nothing is subscribed the answer to a ping is a plain one.
  if (on_push && (reply.text() == "PONG" || (reply.size() == 2 && reply[0].text() == "pong"))) {
    pinged_ = false;
    return;
  }
  if (pending_.empty()) return reply.is_error() ? fail(std::string(reply.text())) : void();
  const Pending first = std::move(pending_.front());
  pending_.pop_front();
  const bool misplaced = reply.text().starts_with("NOSCRIPT") || reply.text().starts_with("READONLY") ||
                         reply.text().starts_with("LOADING") || reply.text().starts_with("MASTERDOWN") ||
                         reply.text().starts_with("MOVED") || reply.text().starts_with("ASK") ||
                         reply.text().starts_with("CLUSTERDOWN") || reply.text().starts_with("TRYAGAIN");
  if (reply.is_error() && misplaced) {
    // The server is not what it was when it was greeted: nothing was done, and the next one has to be greeted anew.
    const std::string why(reply.text());
    if (first.on_reply) first.on_reply(Reply::lost());
    return fail(why);
  }
  if (first.on_reply) first.on_reply(reply);
}

// ---- the clock -----------------------------------------------------------------------------------------------

void Link::watch() {
  timer_.start(options_.timeout / 4, [self = weak_from_this()] {
    if (const auto here = self.lock()) here->look_at_the_clock();
  });
}

void Link::look_at_the_clock() {
  if (state_ == State::down) return;
  const core::TimePoint now = io_.update_now();
  const bool not_made = state_ != State::up && now - last_heard_ > options_.timeout;
  const bool not_answered = !pending_.empty() && now - std::max(pending_.front().sent, last_heard_) > options_.timeout;
  const bool ping_not_answered = pinged_ && now - last_heard_ > options_.timeout;
  if (not_made || not_answered || ping_not_answered) return fail("no answer in time");
  if (state_ == State::up && now - last_heard_ > options_.timeout / 2) {
    static constexpr std::array<std::string_view, 1> kPing{"PING"};
    if (!on_push && pending_.empty()) send(kPing, nullptr);
    if (on_push && !pinged_) {
      pinged_ = true;
      send_unanswered(kPing);
    }
  }
  watch();
}

// ---- the end -------------------------------------------------------------------------------------------------

void Link::abandon() {
  state_ = State::down;
  timer_.cancel();
  pending_.clear();
  on_up = nullptr;
  on_down = nullptr;
  on_push = nullptr;
  if (socket_) socket_->close();
}

void Link::break_off() {
  const auto keep = shared_from_this();
  if (state_ == State::up) {
    (void)read_what_is_there();
    take_what_was_read();
  }
  fail("the connection broke");
}

/// In a turn of its own, so that nobody is called back inside a call of theirs.
void Link::fail(const std::string& why) {
  if (state_ == State::down) return;
  state_ = State::down;
  timer_.cancel();
  if (socket_) socket_->close();
  io_.post([self = shared_from_this(), why] {
    for (const Pending& one : std::exchange(self->pending_, {})) {
      if (self->options_.owner.expired()) return;
      if (one.on_reply) one.on_reply(Reply::lost());
    }
    if (!self->options_.owner.expired() && self->on_down) std::exchange(self->on_down, nullptr)(why);
  });
}

}  // namespace grtc::redis
