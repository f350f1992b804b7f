#include "cluster/shared_rooms.hpp"

#include <algorithm>
#include <utility>

#include "cluster/answers.hpp"
#include "cluster/place.hpp"
#include "cluster/script_call.hpp"
#include "cluster/scripts.hpp"
#include "cluster/shared_client.hpp"

namespace grtc::cluster {
namespace {

using core::Operation;

constexpr std::chrono::seconds kSecond{1};
/// How long a replica is believed to live after its last word.
constexpr std::string_view kAliveMs = "4000";
/// Looks in a row, a second apart, after which one that is not there has gone.
constexpr unsigned kLooks = 2;
/// After Redis was away the others need a moment to say that they are alive.
constexpr std::chrono::seconds kGrace{5};
/// How often the log is told what the sessions here were given.
constexpr std::chrono::seconds kWitnessEvery{10};

}  // namespace

SharedRooms::SharedRooms(net::IoThread& io, const ClusterOptions& options)
    : io_(io),
      options_(options),
      origin_(options.instance.substr(0, core::SeqText::kMaxOrigin - 2) + std::to_string(io.index() % 100)),
      client_(io, options.target, scripts::all(), options.client) {
  room_options_.limits = options.limits;
  room_options_.origin = origin_;
  client_.on_state = [this] { on_state(); };
  client_.on_trouble = [this](const std::string& why) {
    if (why != std::exchange(trouble_, why) && options_.report) options_.report("Redis can't be reached: " + why);
  };
}

SharedRooms::~SharedRooms() = default;

std::shared_ptr<signalling::GrtcClient> SharedRooms::make_client(signalling::GrtcHub& hub, net::RawSocket socket,
                                                                 std::optional<core::WallTime> proof_expires,
                                                                 std::shared_ptr<void> ticket) {
  return std::make_shared<SharedClient>(hub, std::move(socket), proof_expires, std::move(ticket));
}

void SharedRooms::join(signalling::GrtcClient& client, const std::string& room, core::JoinRequest request) {
  static_cast<SharedClient&>(client).join(open(room).room, std::move(request));  // made by make_client()
}

bool SharedRooms::is_busy() const {
  return std::any_of(places_.begin(), places_.end(), [](const auto& entry) { return entry.second->room.held() > 0; });
}

std::size_t SharedRooms::peers() const {
  std::size_t count = 0;
  for (const auto& [name, place] : places_) count += place->room.local();
  return count;
}

SharedRooms::Place& SharedRooms::open(const std::string& room) {
  const auto it = places_.find(room);
  if (it != places_.end()) return *it->second;
  Place& place = *places_.emplace(room, std::make_shared<Place>(*this, room, highest_operation_)).first->second;
  if (!client_.is_up(place.keys.state)) place.room.unreachable(io_.now());
  client_.subscribe(place.keys.channel, place);
  enlist(place);
  return place;
}

// ---- the journal ---------------------------------------------------------------------------------------------

void SharedRooms::eval(Place& place, const redis::Script& script, std::uint64_t number,
                       std::vector<std::string> arguments, std::function<void(Place&, const redis::Reply&)> on_reply) {
  const std::vector<std::string> head = head_of(options_, origin_, number);
  std::vector<std::string_view> words(head.begin(), head.end());
  words.insert(words.end(), arguments.begin(), arguments.end());
  const std::array<std::string_view, 4> keys{place.keys.state, place.keys.log, place.keys.channel, place.voice};
  client_.eval(script, keys, words,
               [this, number, where = place.weak_from_this(), asked = io_.update_now(),
                on_reply = std::move(on_reply)](const redis::Reply& reply) {
                 const auto still_open = where.lock();
                 if (reply.is_lost()) {
                   // Also where the channel's own connection did not break: nobody else would ask again.
                   if (still_open && number == 0) still_open->must_read_again = true;
                   return;
                 }
                 round_trip_.observe_alone(std::chrono::duration<double>(io_.now() - asked).count());
                 if (still_open) on_reply(*still_open, reply);
               });
}

void SharedRooms::carry_out(Place& place, const Operation& operation) {
  if (operation.kind == Operation::Kind::relay) return gather(place, operation);
  hand_over(place);  // what was said before it
  ScriptCall call = call_of(operation, options_.limits);
  call.arguments.push_back(place.room.generation());
  eval(place, call.script, operation.number, std::move(call.arguments),
       [this, number = operation.number](Place& at, const redis::Reply& reply) {
         core::Answer answer = read_answer(reply);
         (answer.outcome == core::Answer::Outcome::failed ? counters_.refused : counters_.published).add();
         at.room.answered(number, std::move(answer), io_.now());
       });
}

void SharedRooms::gather(Place& place, const Operation& relay) {
  if (!place.said.takes(relay)) hand_over(place);
  if (place.said.is_empty()) {
    io_.at_end_of_turn([this, where = place.weak_from_this()] {
      if (const auto still_open = where.lock()) hand_over(*still_open);
    });
  }
  place.said.add(relay);
  const std::size_t held = place.room.held();
  place.most_held = std::max(place.most_held, held);
  // Nothing of the room is on its way: Redis and the others begin with this while the rest is read here.
  if (held == place.head_start && place.said.count() == held) {
    hand_over(place);
    client_.send_now(place.keys.state);
  }
}

void SharedRooms::hand_over(Place& place) {
  if (place.said.is_empty()) return;
  RelayBatch::Call call = place.said.take();
  call.arguments.push_back(place.room.generation());
  eval(place, scripts::kRelay, call.last, std::move(call.arguments),
       [this, first = call.first, last = call.last](Place& at, const redis::Reply& reply) {
         if (const core::Seq newest = told_at(reply); newest > 0) {
           counters_.published.add(last - first + 1);
           at.room.all_told(first, last, newest);
         } else {
           hear_each(at, reply, first, last);
         }
       });
}

void SharedRooms::hear_each(Place& place, const redis::Reply& reply, std::uint64_t first, std::uint64_t last) {
  for (std::uint64_t number = first; number <= last; ++number) {
    core::Answer answer = read_relayed(reply, number - first);
    (answer.outcome == core::Answer::Outcome::failed ? counters_.refused : counters_.published).add();
    place.room.answered(number, std::move(answer), io_.now());
  }
}

void SharedRooms::read_all(Place& place) {
  hand_over(place);  // what was asked before is answered before
  eval(place, scripts::kSnapshot, 0, {}, [this](Place& at, const redis::Reply& reply) {
    at.must_read_again = reply.size() != 3;
    if (!at.must_read_again) at.room.opened(read_snapshot(reply[0], reply[1], reply[2]), io_.now());
  });
}

void SharedRooms::read_after(Place& place, core::Seq after) {
  hand_over(place);
  std::vector<std::string> arguments{id_of(after), place.room.generation()};
  eval(place, scripts::kReadAfter, 0, std::move(arguments), [this](Place& at, const redis::Reply& reply) {
    at.must_read_again = reply.size() != 5;
    if (!at.must_read_again) at.room.caught_up(read_part(reply), io_.now());
  });
}

void SharedRooms::whisper(Place& place, std::string_view text) {
  const std::string payload = std::string(1, kWhisper).append(text);
  client_.command(place.keys.channel, {"SPUBLISH", place.keys.channel, payload}, [](const redis::Reply&) {});
}

// ---- Redis comes and goes ------------------------------------------------------------------------------------

void SharedRooms::on_state() {
  bool all_up = true;
  for (const auto& [name, place] : places_) {
    const bool up = client_.is_up(place->keys.state);
    all_up = all_up && up;
    if (!up) place->lose_sight();
  }
  bring_back();
  const bool up = all_up && client_.is_up(origin_);
  if (up && !was_up_) {
    up_since_ = io_.now();
    if (!std::exchange(trouble_, {}).empty() && options_.report) options_.report("Redis can be reached again");
  }
  if (!up && was_up_) counters_.disconnects.add();
  was_up_ = up;
  counters_.reachable.set(up ? 1 : 0);
  if (up) stay_alive();
}

/// One room after the other, as the connection takes what they have kept.
void SharedRooms::bring_back() {
  some_wait_ = false;
  for (const auto& [name, place] : places_) {
    if (client_.has_place(place->keys.state)) {
      place->room.reachable();
      hand_over(*place);
    } else {
      some_wait_ = true;
    }
  }
}

void SharedRooms::tick(core::TimePoint now) {
  if (some_wait_) bring_back();
  std::size_t held = 0;
  for (const auto& [name, place] : places_) {
    place->room.tick(now);
    place->set_head_start();
    held += place->room.held();
  }
  counters_.held.set(held);
  if (now < next_second_) return;
  next_second_ = now + kSecond;
  for (const auto& [name, place] : places_) {
    place->forget_silent();
    if (place->must_read_again && client_.is_up(place->keys.state)) {
      place->must_read_again = false;
      place->room.listening();
    }
  }
  stay_alive();
  look_for_the_lost();
  witness(now);
  close_idle();
}

void SharedRooms::stay_alive() {
  const std::string key = "grtc:replica:" + origin_;
  client_.command(key, {"SET", key, "1", "PX", kAliveMs}, [](const redis::Reply&) {});
}

void SharedRooms::look_for_the_lost() {
  if (!was_up_ || io_.now() - up_since_ < kGrace) return silent_.clear();
  std::map<std::string, unsigned> others;
  for (const auto& [name, place] : places_) {
    for (const auto& [origin, peers] : place->room.origins()) {
      const auto before = silent_.find(origin);
      others.emplace(origin, before == silent_.end() ? 0U : before->second);
    }
  }
  silent_ = std::move(others);
  for (const auto& [origin, times] : silent_) {
    const std::string key = "grtc:replica:" + origin;
    client_.command(key, {"EXISTS", key}, [this, origin = origin](const redis::Reply& reply) {
      if (reply.is_lost() || reply.is_error()) return;
      const auto it = silent_.find(origin);
      if (it == silent_.end()) return;
      it->second = reply.integer() == 1 ? 0 : it->second + 1;
      if (it->second < kLooks) return;
      it->second = 0;
      counters_.lost_replicas.add();
      for (const auto& [name, place] : places_) place->room.lose(origin);
    });
  }
}

/// The log forgets what is old; what a session was given of it must be known then, or one to whom nothing was said for
/// long could not come back.
void SharedRooms::witness(core::TimePoint now) {
  for (const auto& [name, place] : places_) {
    if (now < place->next_witness || !place->room.is_open() || !client_.is_up(place->keys.state)) continue;
    place->next_witness = now + kWitnessEvery;
    enlist(*place);
    place->room.each_attached([this, &place = *place](const core::Session& session) { attached(place, session); });
    std::vector<std::string> arguments{id_of(place->room.last())};
    // Nothing was said since: only the room's life is to be made longer.
    if (place->room.last() != std::exchange(place->witnessed, place->room.last())) {
      for (const auto& [peer, given] : place->room.witnessed()) {
        arguments.push_back(peer);
        arguments.push_back(id_of(given));
      }
    }
    eval(*place, scripts::kWitness, 0, std::move(arguments), [](Place&, const redis::Reply&) {});
  }
}

void SharedRooms::close_idle() {
  for (auto it = places_.begin(); it != places_.end();) {
    Place& place = *it->second;
    if (!place.room.is_idle()) {
      ++it;
      continue;
    }
    highest_operation_ = std::max(highest_operation_, place.room.last_operation());
    place.unsubscribe();
    it = places_.erase(it);
  }
}

}  // namespace grtc::cluster
