#pragma once
#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "cluster/answers.hpp"
#include "cluster/channel_text.hpp"
#include "cluster/relay_batch.hpp"
#include "cluster/shared_rooms.hpp"

namespace grtc::cluster {

struct RoomKeys {
  explicit RoomKeys(std::string_view room)
      : state("grtc:{" + std::string(room) + "}:state"),
        log("grtc:{" + std::string(room) + "}:log"),
        channel("grtc:{" + std::string(room) + "}:said") {}

  /// Sharded: where the others hear what this replica's clients said together.
  [[nodiscard]] std::string voice_of(std::string_view origin) const { return channel + ':' + std::string(origin); }

  const std::string state;    ///< a hash
  const std::string log;      ///< a stream
  const std::string channel;  ///< sharded
};

/// A room that is open here, with its keys.
class SharedRooms::Place final : public redis::ChannelListener,
                                 public core::RoomJournal,
                                 public std::enable_shared_from_this<Place> {
 public:
  Place(SharedRooms& rooms, const std::string& name, std::uint64_t floor)
      : room(name, rooms.room_options_, rooms.frames_, *this, floor),
        keys(name),
        voice(keys.voice_of(rooms.origin_)),
        rooms_(rooms) {}

  // core::RoomJournal; its only room is this one's.
  void carry_out(core::SharedRoom& /*room*/, const core::Operation& wanted) override {
    rooms_.carry_out(*this, wanted);
  }
  void hold_back(core::SharedRoom& /*room*/) override { (void)said.take(); }
  void read_all(core::SharedRoom& /*room*/) override { rooms_.read_all(*this); }
  void read_after(core::SharedRoom& /*room*/, core::Seq after) override { rooms_.read_after(*this, after); }
  void attached(core::SharedRoom& /*room*/, const core::Session& session) override { rooms_.attached(*this, session); }
  void whisper(core::SharedRoom& /*room*/, std::string_view text) override { rooms_.whisper(*this, text); }

  // redis::ChannelListener
  void on_subscribed() override {
    hush();
    room.listening();
  }
  void on_moved() override { lose_sight(); }
  void on_message(std::string_view payload) override {
    if (const core::Seq last = std::exchange(announced_, 0); last > 0) {
      return hear(last - (count_facts(payload) - 1), payload);
    }
    if (payload.starts_with(SharedRooms::kTogether)) {
      announced_ = seq_of(payload.substr(1));
    } else if (payload.starts_with(SharedRooms::kByVoice)) {
      said_by_voice(payload.substr(1));
    } else if (payload.starts_with(SharedRooms::kWhisper)) {
      rooms_.counters_.received.add();
      room.overheard(payload.substr(1), rooms_.io_.now());
    } else if (const std::size_t mark = payload.find(core::kFieldMark); mark != std::string_view::npos) {
      hear(seq_of(payload.substr(0, mark)), payload.substr(mark + 1));
    }
  }

  /// What was said in this turn is asked for again later, with all that was not answered.
  void lose_sight() {
    (void)said.take();
    hush();
    room.unreachable(rooms_.io_.now());
  }

  /// Replicas without a peer in the room have nothing to say.
  void forget_silent() {
    std::erase_if(voices_, [this](const auto& entry) {
      if (room.origins().contains(entry.first) || entry.second->announced > 0) return false;
      rooms_.client_.unsubscribe(keys.voice_of(entry.first));
      return true;
    });
  }

  /// Two fifths of what was on its way at once lately: the others have as much to do with it as is left to read here.
  void set_head_start() {
    head_start = std::clamp(std::exchange(most_held, 0) * 2 / 5, kLeastHeadStart, kMostHeadStart);
  }

  void unsubscribe() {
    rooms_.client_.unsubscribe(keys.channel);
    for (const auto& [origin, voice] : voices_) rooms_.client_.unsubscribe(keys.voice_of(origin));
  }

  core::SharedRoom room;
  const RoomKeys keys;
  const std::string voice;    ///< this replica's
  RelayBatch said;            ///< here, in this turn
  std::size_t most_held = 0;  ///< at once, since the last tick
  std::size_t head_start = kLeastHeadStart;
  core::TimePoint next_witness{};
  core::Seq witnessed = 0;
  bool must_read_again = false;  ///< Redis refused to say what the room is, or its answer was lost

 private:
  /// So many messages are worth a call of their own to Redis.
  static constexpr std::size_t kLeastHeadStart = 64;
  static constexpr std::size_t kMostHeadStart = 256;

  /// What another replica says together. It is listened to from the first time on, which is read in the log.
  struct Voice final : redis::ChannelListener {
    explicit Voice(Place& of) : place(of) {}
    void on_subscribed() override { is_heard = true; }
    void on_message(std::string_view payload) override {
      if (const core::Seq first = std::exchange(announced, 0); first > 0) place.hear(first, payload);
    }

    Place& place;
    bool is_asked_for = false;
    bool is_heard = false;
    core::Seq announced = 0;  ///< the place of the first of several facts that come next
  };

  /// The room's channel names the place, how many, the number of the last and who says them.
  void said_by_voice(std::string_view text) {
    const core::Seq last = seq_of(next_word(text));
    const std::uint64_t count = next_number(text);
    const std::uint64_t number = next_number(text);
    if (count == 0 || count > number) return;
    if (text == rooms_.origin_) {
      rooms_.counters_.received.add(count);
      return room.written(number - count + 1, number, last, rooms_.io_.now());
    }
    auto it = voices_.find(text);
    if (it == voices_.end()) it = voices_.emplace(std::string(text), std::make_unique<Voice>(*this)).first;
    Voice& voice = *it->second;
    if (voice.is_heard) {
      voice.announced = last - (count - 1);
      return;
    }
    if (!std::exchange(voice.is_asked_for, true)) rooms_.client_.subscribe(keys.voice_of(text), voice);
    room.missed();
  }

  /// The room's channel is the measure: from its beginning on voices are asked for anew.
  void hush() {
    announced_ = 0;
    for (const auto& [origin, voice] : voices_) {
      voice->is_asked_for = voice->is_heard = false;
      voice->announced = 0;
    }
  }

  void hear(core::Seq first, std::string_view facts) {
    each_fact(first, facts, [this](core::Seq place, std::string_view fact) {
      rooms_.counters_.received.add();
      room.apply(place, fact, rooms_.io_.now());
    });
  }

  SharedRooms& rooms_;
  core::Seq announced_ = 0;  ///< the place of the last of several facts that come next
  std::map<std::string, std::unique_ptr<Voice>, std::less<>> voices_;
};

}  // namespace grtc::cluster
