#include "cluster/shared_rooms.hpp"

#include <algorithm>
#include <utility>

#include "cluster/answers.hpp"
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
constexpr std::chrono::seconds kLogSlack{30};
constexpr std::chrono::minutes kRoomKept{2};
/// In front of what is said on a channel and stands in no log.
constexpr char kWhisper = '!';

std::string ms_text(std::chrono::milliseconds time) {
  return std::to_string(time.count());
}

}  // namespace

/// A room that is open here, with its keys.
class SharedRooms::Place final : public redis::ChannelListener {
 public:
  Place(SharedRooms& rooms, const std::string& name, std::uint64_t floor)
      : room(name, rooms.room_options_, rooms.frames_, rooms, floor),
        state("grtc:{" + name + "}:state"),
        log("grtc:{" + name + "}:log"),
        channel("grtc:{" + name + "}:said"),
        io_(rooms.io_),
        counters_(rooms.counters_) {}

  void on_subscribed() override { room.listening(); }
  void on_message(std::string_view payload) override {
    counters_.received.add();
    if (payload.starts_with(kWhisper)) return room.overheard(payload.substr(1), io_.now());
    const std::size_t mark = payload.find(core::kFieldMark);
    if (mark != std::string_view::npos) {
      room.apply(seq_of(payload.substr(0, mark)), payload.substr(mark + 1), io_.now());
    }
  }

  core::SharedRoom room;
  const std::string state;
  const std::string log;
  const std::string channel;
  core::TimePoint next_witness{};
  core::Seq witnessed = 0;

 private:
  net::IoThread& io_;
  ClusterCounters& counters_;
};

SharedRooms::SharedRooms(net::IoThread& io, const ClusterOptions& options)
    : io_(io),
      options_(options),
      origin_(options.instance.substr(0, core::SeqText::kMaxOrigin - 2) + std::to_string(io.index() % 100)),
      client_(io, options.target, scripts::all(), options.client) {
  room_options_.limits = options.limits;
  room_options_.origin = origin_;
  client_.on_state = [this] { on_state(); };
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
  if (!client_.is_up(place.state)) place.room.unreachable(io_.now());
  client_.subscribe(place.channel, place);
  return place;
}

std::shared_ptr<SharedRooms::Place> SharedRooms::place_of(const core::SharedRoom& room) const {
  const auto it = places_.find(room.name());
  return it == places_.end() ? nullptr : it->second;
}

// ---- the journal ---------------------------------------------------------------------------------------------

void SharedRooms::eval(Place& place, const redis::Script& script, std::uint64_t number,
                       std::vector<std::string> arguments, std::function<void(Place&, const redis::Reply&)> on_reply) {
  const std::chrono::milliseconds log_kept = options_.limits.resume_window + 2 * options_.heartbeat + kLogSlack;
  const std::string operation = std::to_string(number);
  const std::string room_kept = ms_text(options_.limits.resume_window + kRoomKept);
  const std::string kept = ms_text(log_kept);
  std::vector<std::string_view> words{origin_, operation, room_kept, kept};
  words.insert(words.end(), arguments.begin(), arguments.end());
  const std::array<std::string_view, 3> keys{place.state, place.log, place.channel};
  const std::weak_ptr<Place> where = places_.find(place.room.name())->second;
  client_.eval(script, keys, words, [where, on_reply = std::move(on_reply)](const redis::Reply& reply) {
    const auto still_open = where.lock();
    if (still_open && !reply.is_lost()) on_reply(*still_open, reply);
  });
}

namespace {

struct Call {
  const redis::Script& script;
  std::vector<std::string> arguments;
};

Call join_call(const Operation& what, const core::RoomLimits& limits) {
  const Operation::Entry& entry = *what.entry;
  return {
      scripts::kJoin,
      {what.peer, what.attachment, entry.token, what.name, std::to_string(what.joined_at.time_since_epoch().count()),
       std::to_string(limits.max_peers), what.fact, entry.replaced_fact, entry.evict, entry.claim,
       entry.from_start ? std::string() : id_of(entry.seen.seq), entry.any_peer ? "1" : "0"}};
}

Call call_of(const Operation& what, const core::RoomLimits& limits) {
  const std::string window = ms_text(limits.resume_window);
  const std::string id = std::to_string(what.id);
  switch (what.kind) {
    case Operation::Kind::join:
      return join_call(what, limits);
    case Operation::Kind::relay: {
      Call call{scripts::kRelay, {what.peer, what.attachment, id, what.fact}};
      call.arguments.insert(call.arguments.end(), what.to.begin(), what.to.end());
      return call;
    }
    case Operation::Kind::update:
      return {scripts::kUpdate, {what.peer, what.attachment, id, what.fact, what.name, what.meta}};
    case Operation::Kind::detach:
      return {scripts::kDetach, {what.peer, what.attachment, what.fact, window}};
    case Operation::Kind::leave:
      return {scripts::kLeave, {what.peer, what.attachment, what.fact, "0"}};
    case Operation::Kind::remove:
      return {scripts::kLeave, {what.peer, std::string(), what.fact, "1"}};
    case Operation::Kind::expire:
      return {scripts::kExpire, {what.peer, what.fact}};
    case Operation::Kind::lose:
      return {scripts::kLose, {what.peer, window}};
    case Operation::Kind::restore:
      break;
  }
  return {scripts::kRestore,
          {what.peer, what.attachment, what.entry->token, what.name,
           std::to_string(what.joined_at.time_since_epoch().count()), what.meta, id, what.fact}};
}

}  // namespace

void SharedRooms::carry_out(core::SharedRoom& room, const Operation& operation) {
  const auto place = place_of(room);
  if (!place) return;
  Call call = call_of(operation, options_.limits);
  eval(*place, call.script, operation.number, std::move(call.arguments),
       [this, number = operation.number](Place& at, const redis::Reply& reply) {
         core::Answer answer = read_answer(reply);
         (answer.outcome == core::Answer::Outcome::failed ? counters_.refused : counters_.published).add();
         at.room.answered(number, std::move(answer), io_.now());
       });
}

void SharedRooms::read_all(core::SharedRoom& room) {
  const auto place = place_of(room);
  if (!place) return;
  eval(*place, scripts::kSnapshot, 0, {}, [this](Place& at, const redis::Reply& reply) {
    if (!reply.is_error()) at.room.opened(read_snapshot(reply), io_.now());
  });
}

void SharedRooms::read_after(core::SharedRoom& room, core::Seq after) {
  const auto place = place_of(room);
  if (!place) return;
  eval(*place, scripts::kReadAfter, 0, {id_of(after)}, [this](Place& at, const redis::Reply& reply) {
    if (reply.size() != 3) return;
    at.room.caught_up(read_entries(reply[2]), std::string(reply[1].text()), reply[0].integer() == 1, io_.now());
  });
}

void SharedRooms::whisper(core::SharedRoom& room, std::string_view text) {
  const auto place = place_of(room);
  if (!place) return;
  const std::string payload = std::string(1, kWhisper).append(text);
  client_.command(place->channel, {"SPUBLISH", place->channel, payload}, [](const redis::Reply&) {});
}

// ---- Redis comes and goes ------------------------------------------------------------------------------------

void SharedRooms::on_state() {
  bool all_up = true;
  for (const auto& [name, place] : places_) {
    const bool up = client_.is_up(place->state);
    all_up = all_up && up;
    if (up) {
      place->room.reachable();
    } else {
      place->room.unreachable(io_.now());
    }
  }
  const bool up = all_up && client_.is_up(origin_);
  if (up && !was_up_) up_since_ = io_.now();
  was_up_ = up;
  counters_.reachable.set(up ? 1 : 0);
  if (up) stay_alive();
}

void SharedRooms::tick(core::TimePoint now) {
  std::size_t held = 0;
  for (const auto& [name, place] : places_) {
    place->room.tick(now);
    held += place->room.held();
  }
  counters_.held.set(held);
  if (now < next_second_) return;
  next_second_ = now + kSecond;
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
      const auto it = silent_.find(origin);
      if (it == silent_.end() || reply.is_lost() || reply.is_error()) return;
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
    if (now < place->next_witness || !place->room.is_open() || !client_.is_up(place->state)) continue;
    place->next_witness = now + kWitnessEvery;
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
    client_.unsubscribe(place.channel);
    it = places_.erase(it);
  }
}

// ---- for administrators --------------------------------------------------------------------------------------

void SharedRooms::look(const std::string& room, std::function<void(const core::Snapshot*)> done) {
  const std::string state = "grtc:{" + room + "}:state";
  const std::string log = "grtc:{" + room + "}:log";
  const std::array<std::string_view, 3> keys{state, log, state};
  const std::array<std::string_view, 4> words{origin_, "0", "0", "0"};
  client_.eval(scripts::kSnapshot, keys, words, [done = std::move(done)](const redis::Reply& reply) {
    if (reply.is_lost() || reply.is_error()) return done(nullptr);
    const core::Snapshot snapshot = read_snapshot(reply);
    done(&snapshot);
  });
}

void SharedRooms::announce(const std::string& room, std::string members, std::vector<std::string> to) {
  const std::vector<std::string_view> names(to.begin(), to.end());
  open(room).room.announce(members, names);
}

void SharedRooms::remove(const std::string& room, std::string peer_id) {
  open(room).room.remove(peer_id);
}

}  // namespace grtc::cluster
