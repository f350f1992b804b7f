#include "app/dialect_directory.hpp"

#include <memory>
#include <string_view>
#include <utility>

#include "core/json_scan.hpp"
#include "signalling/grtc_door.hpp"

namespace grtc::app {
namespace {

using core::Code;
using core::Problem;

/// Asks one hub after the other, each on its own thread: it adds to what the earlier ones found. Nobody waits, nothing
/// is shared.
template <class Hub, class Found>
struct Round : std::enable_shared_from_this<Round<Hub, Found>> {
  std::vector<Hub*> hubs;
  std::function<void(Hub&, Found&)> add;
  core::Executor* on = nullptr;
  std::function<void(Found)> done;

  void visit(std::size_t index, Found found) {
    auto self = this->shared_from_this();
    if (index == hubs.size()) {
      on->post([self, found = std::move(found)] { self->done(found); });
      return;
    }
    hubs[index]->io().post([self, index, found = std::move(found)]() mutable {
      self->add(*self->hubs[index], found);
      self->visit(index + 1, std::move(found));
    });
  }
};

template <class Found, class Hub>
void ask_all(const std::vector<Hub*>& hubs, core::Executor& on, std::function<void(Hub&, Found&)> add,
             std::function<void(Found)> done) {
  const auto round = std::make_shared<Round<Hub, Found>>();
  round->hubs = hubs;
  round->add = std::move(add);
  round->on = &on;
  round->done = std::move(done);
  round->visit(0, Found());
}

std::string key_of(const std::string& room) {
  return room.substr(room.find('/') + 1);
}

Problem not_here(std::string sentence) {
  return {Code::not_found, std::move(sentence), {}, 0};
}

}  // namespace

// ---- PeerJS ----------------------------------------------------------------------------------------------------

void PeerjsDirectory::list(core::Executor& on, Done<std::vector<routes::RoomSummary>> done) {
  std::vector<routes::RoomSummary> keys;
  if (hubs_.front()->bus() != nullptr) return count_ids(std::move(keys), on, std::move(done));
  for (const auto& key : options_.keys) {
    const auto peers = static_cast<std::uint32_t>(key->peers.taken());
    keys.push_back({"peerjs/" + key->name, peers, peers});
  }
  on.post([done = std::move(done), keys = std::move(keys)] { done(keys); });
}

/// One key after the other.
void PeerjsDirectory::count_ids(std::vector<routes::RoomSummary> keys, core::Executor& on,
                                Done<std::vector<routes::RoomSummary>> done) {
  if (keys.size() == options_.keys.size()) return done(std::move(keys));
  const std::string& key = options_.keys[keys.size()]->name;
  ids(key, on, [this, &on, key, keys = std::move(keys), done = std::move(done)](const auto& all) mutable {
    const auto peers = static_cast<std::uint32_t>(all.size());
    keys.push_back({"peerjs/" + key, peers, peers});
    count_ids(std::move(keys), on, std::move(done));
  });
}

void PeerjsDirectory::get(std::string room, core::Executor& on, Done<routes::RoomDetail> done) {
  if (options_.key(key_of(room)) == nullptr) {
    on.post([done = std::move(done)] { done(not_here("There is no such key.")); });
    return;
  }
  ids(key_of(room), on, [room, done = std::move(done)](const std::vector<std::string>& all) {
    routes::RoomDetail detail{room, {}};
    for (const std::string& id : all) {
      std::string& peer = detail.peers.emplace_back(R"({"peer_id":)");
      core::append_json_string(peer, id);
      peer += R"(,"connected":true})";
    }
    done(detail);
  });
}

void PeerjsDirectory::send(std::string /*room*/, std::string /*message*/, core::Executor& on, Done<std::size_t> done) {
  on.post([done = std::move(done)] { done(not_here("Messages can only be put into rooms of grtc.v1.")); });
}

void PeerjsDirectory::remove(std::string room, std::string peer_id, core::Executor& on, Done<void> done) {
  const std::string address = signalling::peerjs_address(key_of(room), peer_id);
  signalling::PeerjsHub& hub = *hubs_[signalling::home_of(address, hubs_.size())];
  hub.io().post([&hub, &on, address, done = std::move(done)] {
    const auto tell = [&on, done](bool removed) {
      core::Result<void> answer;
      if (!removed) answer = not_here("There is no such key or peer.");
      on.post([done, answer = std::move(answer)] { done(answer); });
    };
    if (hub.bus() != nullptr) return hub.bus()->remove(address, tell);
    tell(hub.remove(address));
  });
}

void PeerjsDirectory::ids(std::string key, core::Executor& on, std::function<void(std::vector<std::string>)> done) {
  signalling::PeerjsHub& first = *hubs_.front();
  if (first.bus() == nullptr) return ids_here(std::move(key), on, std::move(done));
  first.io().post([this, &first, &on, key = std::move(key), done = std::move(done)] {
    first.bus()->names(key, [this, &on, key, done](const std::optional<std::vector<std::string>>& names) {
      if (!names) return ids_here(key, on, done);
      on.post([done, all = *names] { done(all); });
    });
  });
}

void PeerjsDirectory::ids_here(std::string key, core::Executor& on,
                               std::function<void(std::vector<std::string>)> done) {
  ask_all<std::vector<std::string>, signalling::PeerjsHub>(
      hubs_, on, [key = std::move(key)](signalling::PeerjsHub& hub, auto& found) { hub.add_ids(key, found); },
      std::move(done));
}

// ---- topics ----------------------------------------------------------------------------------------------------

void TopicDirectory::list(core::Executor& on, Done<std::vector<routes::RoomSummary>> done) {
  using Found = std::vector<routes::RoomSummary>;
  const auto add = [](const signalling::TopicBoard& board, Found& found, std::string_view topic,
                      std::size_t subscribers) {
    const auto count = static_cast<std::uint32_t>(subscribers);
    found.push_back({std::string(board.dialect().prefix()) + "/" + std::string(topic), count, count});
  };
  signalling::TopicBoard& first = *boards_.front();
  if (first.bus() == nullptr) {
    return ask_all<Found, signalling::TopicBoard>(
        boards_, on,
        [add](signalling::TopicBoard& board, Found& found) {
          board.topics().each(
              [&](std::string_view topic, std::size_t subscribers) { add(board, found, topic, subscribers); });
        },
        [done = std::move(done)](Found found) { done(std::move(found)); });
  }
  first.io().post([&first, &on, add, done = std::move(done)] {
    first.bus()->list([&first, &on, add, done](const auto& topics) {
      core::Result<Found> answer = Found();
      if (!topics) answer = Problem{Code::unavailable, "The replicas' shared memory can't be reached.", {}, 1};
      if (topics) {
        for (const auto& [topic, subscribers] : *topics) add(first, *answer, topic, subscribers);
      }
      on.post([done, answer = std::move(answer)] { done(answer); });
    });
  });
}

void TopicDirectory::get(std::string /*room*/, core::Executor& on, Done<routes::RoomDetail> done) {
  on.post([done = std::move(done)] { done(not_here("The subscribers of a topic have no names.")); });
}

void TopicDirectory::send(std::string /*room*/, std::string /*message*/, core::Executor& on, Done<std::size_t> done) {
  on.post([done = std::move(done)] { done(not_here("Messages can only be put into rooms of grtc.v1.")); });
}

void TopicDirectory::remove(std::string /*room*/, std::string /*peer_id*/, core::Executor& on, Done<void> done) {
  on.post([done = std::move(done)] { done(not_here("The subscribers of a topic have no names.")); });
}

}  // namespace grtc::app
