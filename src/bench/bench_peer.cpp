#include "bench/bench_peer.hpp"

#include <algorithm>
#include <utility>

#include "bench/load.hpp"

namespace grtc::bench {
namespace {

/// Messages that a client remembers for the case that they were lost with its connection.
constexpr std::size_t kMaxKept = 8192;
/// A client that lost its connection tries again after up to so many milliseconds.
constexpr std::uint64_t kComeBackMs = 250;

}  // namespace

BenchPeer::BenchPeer(Load& load, std::uint32_t seat)
    : load_(load), stay_{seat, 0}, who_(load.seat_of(stay_)), again_(load.io_) {}

BenchPeer::~BenchPeer() {
  if (wire_) wire_->cut();
}

void BenchPeer::join() {
  state_ = was_joined_ ? State::away : State::joining;
  wire_ = std::make_shared<Wire>(load_.io_, *this);
  wire_->open(load_.target_, load_.dialect_->path(who_, session_, seq_), load_.dialect_->subprotocol());
}

void BenchPeer::come_back() {
  again_.start(std::chrono::milliseconds(1 + load_.random_() % kComeBackMs), [this] { join(); });
}

void BenchPeer::next_stay() {
  load_.checker_.forget(stay_);
  ++stay_.stay;
  who_ = load_.seat_of(stay_);
  session_.clear();
  seq_.clear();
  kept_.clear();
  last_id_ = 0;
  was_joined_ = false;
  state_ = State::out;
}

void BenchPeer::churn() {
  wire_->let_go();
  next_stay();
  come_back();
}

void BenchPeer::cut() {
  wire_->cut();
  if (load_.dialect_->survives_cuts()) {
    state_ = State::away;
  } else {
    next_stay();
  }
  come_back();
}

void BenchPeer::send(const Note& note, const Seat& to) {
  std::string text = load_.dialect_->message(note, who_, to, ++last_id_, load_.padding_);
  const bool written = state_ == State::joined;
  if (written) wire_->send(text);
  const bool keep = load_.dialect_->acknowledges() ? load_.plan_.cuts > 0 : !written;
  if (!keep) return;
  if (kept_.size() == kMaxKept) kept_.pop_front();
  kept_.push_back({last_id_, std::move(text), written});
}

void BenchPeer::on_open() {
  const std::string all = load_.dialect_->greeting(who_);
  for (std::string_view rest = all; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    wire_->send(rest.substr(0, end));
    rest.remove_prefix(std::min(rest.size(), end + 1));
  }
}

void BenchPeer::on_text(std::string_view message) {
  Heard heard = load_.dialect_->read(message);
  const bool ours = heard.name.empty() || heard.name == who_.name;
  if (heard.joined && ours && state_ != State::joined) return admitted(heard);
  if (!heard.seq.empty()) seq_ = std::move(heard.seq);
  if (heard.note && heard.note->to == stay_) load_.arrived(*heard.note, stay_);
  if (heard.refused && load_.failure_.empty()) load_.failure_ = std::string(message.substr(0, 200));
}

void BenchPeer::admitted(const Heard& heard) {
  if (was_joined_ && load_.dialect_->acknowledges() && !heard.resumed) ++load_.outcome_.not_resumed;
  state_ = State::joined;
  was_joined_ = true;
  session_ = heard.session;
  seq_ = heard.seq;
  const bool acknowledges = load_.dialect_->acknowledges();
  while (acknowledges && !kept_.empty() && kept_.front().id <= heard.received) kept_.pop_front();
  for (Kept& each : kept_) {
    if (acknowledges || !each.written) wire_->send(each.text);
    each.written = true;
  }
  if (!acknowledges) kept_.clear();
}

void BenchPeer::on_end(std::string_view why) {
  ++load_.outcome_.broken;
  if (load_.outcome_.broken_why.empty()) load_.outcome_.broken_why = why;
  if (was_joined_ && load_.dialect_->survives_cuts()) {
    state_ = State::away;
  } else if (was_joined_) {
    next_stay();
  }
  come_back();
}

}  // namespace grtc::bench
