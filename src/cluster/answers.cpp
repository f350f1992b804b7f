#include "cluster/answers.hpp"

#include <charconv>
#include <unordered_map>

#include "cluster/relay_batch.hpp"

namespace grtc::cluster {
namespace {

using core::Answer;

constexpr core::Seq kEventsPerMs = 4096;

std::uint64_t number(std::string_view text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

Answer::Outcome outcome_of(std::string_view word) {
  using Outcome = Answer::Outcome;
  static const std::unordered_map<std::string_view, Outcome> outcomes{
      {"done", Outcome::done},          {"joined", Outcome::joined}, {"resumed", Outcome::resumed},
      {"held", Outcome::held},          {"full", Outcome::full},     {"banned", Outcome::banned},
      {"absent", Outcome::absent},      {"moved", Outcome::moved},   {"nothing", Outcome::nothing},
      {"forgotten", Outcome::forgotten}};
  const auto it = outcomes.find(word);
  return it == outcomes.end() ? Outcome::failed : it->second;
}

Answer refusal(const redis::Reply& reply) {
  Answer answer;
  answer.outcome = Answer::Outcome::failed;
  answer.sentence = reply.text().starts_with("OOM")
                        ? "The memory that the replicas share is full."
                        : "The replicas' shared memory refused: " + std::string(reply.text()) + ".";
  return answer;
}

}  // namespace

core::Seq seq_of(std::string_view id) {
  const std::size_t dash = id.find('-');
  return number(id.substr(0, dash)) * kEventsPerMs + (dash == std::string_view::npos ? 0 : number(id.substr(dash + 1)));
}

std::string id_of(core::Seq seq) {
  return std::to_string(seq / kEventsPerMs) + "-" + std::to_string(seq % kEventsPerMs);
}

std::vector<core::LogEntry> read_entries(const redis::Reply& reply) {
  std::vector<core::LogEntry> entries;
  entries.reserve(reply.size());
  for (std::size_t i = 0; i < reply.size(); ++i) {
    const redis::Reply entry = reply[i];
    if (entry.size() != 2 || entry[1].size() != 2) continue;
    const std::string_view told = entry[1][1].text();
    each_fact(seq_of(entry[0].text()) - (count_facts(told) - 1), told,
              [&](core::Seq place, std::string_view fact) { entries.emplace_back(place, fact); });
  }
  return entries;
}

Answer read_answer(const redis::Reply& reply) {
  if (reply.is_error() || reply.size() == 0) return refusal(reply);
  Answer answer;
  answer.outcome = outcome_of(reply[0].text());
  if (answer.outcome == Answer::Outcome::held) answer.attachment = reply[1].text();
  const bool entered = answer.outcome == Answer::Outcome::joined || answer.outcome == Answer::Outcome::resumed;
  if (!entered && answer.outcome != Answer::Outcome::done) return answer;
  answer.position = seq_of(reply[1].text());
  if (!entered) {
    if (reply.size() > 2) answer.generation = reply[2].text();
    return answer;
  }
  answer.peer_id = reply[2].text();
  answer.generation = reply[3].text();
  if (answer.outcome == Answer::Outcome::resumed) {
    answer.received = number(reply[4].text());
    answer.missed = read_entries(reply[5]);
  }
  return answer;
}

core::Seq told_at(const redis::Reply& reply) {
  const std::string_view text = reply.is_error() ? std::string_view() : reply.text();
  return text.find('-') == std::string_view::npos ? 0 : seq_of(text);
}

Answer read_relayed(const redis::Reply& reply, std::size_t which) {
  const bool is_word = !reply.is_error() && !reply.is_array();
  if (!is_word && reply.size() <= which + 2) return refusal(reply);
  const redis::Reply one = is_word ? reply : reply[which + 2];
  const std::int64_t nth = one.size() > 0 ? one[0].integer() : one.integer();
  Answer answer;
  answer.position = told_at(reply);
  answer.outcome = nth > 0 || answer.position > 0 ? Answer::Outcome::done : outcome_of(one.text());
  if (nth == 0) return answer;
  answer.position = seq_of(reply[0].text()) - static_cast<core::Seq>(reply[1].integer() - nth);
  for (std::size_t i = 1; i < one.size(); ++i) answer.absent.emplace_back(one[i].text());
  return answer;
}

core::Snapshot read_snapshot(const redis::Reply& newest, const redis::Reply& generation, const redis::Reply& fields) {
  core::Snapshot snapshot;
  snapshot.position = seq_of(newest.text());
  snapshot.generation = generation.text();
  std::unordered_map<std::string_view, core::Snapshot::Peer> peers;
  for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
    const std::string_view field = fields[i].text();
    const std::string_view value = fields[i + 1].text();
    if (field.size() < 3 || field[1] != ':') continue;
    const std::string_view peer_id = field.substr(2);
    switch (field[0]) {
      case 't':
        peers[peer_id].peer_id = peer_id;
        break;
      case 'n':
        peers[peer_id].name = value;
        break;
      case 'm':
        peers[peer_id].meta = value;
        break;
      case 'a':
        peers[peer_id].attachment = value;
        break;
      case 'j':
        peers[peer_id].joined_at = core::WallTime(std::chrono::milliseconds(number(value)));
        break;
      default:
        break;
    }
  }
  for (auto& [id, peer] : peers) {
    if (!peer.peer_id.empty()) snapshot.peers.push_back(std::move(peer));
  }
  return snapshot;
}

core::LogPart read_part(const redis::Reply& reply) {
  core::LogPart part;
  part.complete = reply[0].integer() == 1;
  part.entries = read_entries(reply[1]);
  if (reply[4].is_array()) part.room = read_snapshot(reply[2], reply[3], reply[4]);
  return part;
}

}  // namespace grtc::cluster
