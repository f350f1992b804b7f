#pragma once
#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace grtc::core {

/// Stands between the parts of a fact: no name, no JSON text may hold it raw.
inline constexpr char kFieldMark = '\x1f';
/// Stands between the names of a list.
inline constexpr char kNameMark = '\x1e';

/// One entry of the log of a room that several replicas share: something that happened, in the order in which all hear
/// of it. Written by one replica (`origin`) as its `operation`-th; read by all. Points into the text it was read from.
struct Fact {
  enum class Kind : char {
    joined = 'J',
    attached = 'A',    ///< it was away, and is back
    taken_over = 'Z',  ///< it was connected, and is by another connection now
    detached = 'D',
    lost = 'G',  ///< detached, as its replica has gone without a word
    updated = 'U',
    left = 'L',  ///< reason
    expired = 'X',
    message = 'M',  ///< receivers (none: all), members, the client's id of it (0: none)
    told = 'T',     ///< text
  };
  static constexpr std::size_t kFields = 4;

  Kind kind = Kind::message;
  std::string_view origin;
  std::uint64_t operation = 0;
  std::string_view peer;  ///< whom it is about; of a message: who says it, empty: an administrator
  /// Of a fact about a peer: its attachment, name, joined_at in ms and meta, as they are from then on.
  std::array<std::string_view, kFields> fields;

  /// Whether a replica that can't reach the log tells it to its own peers ahead of the others.
  [[nodiscard]] bool is_tellable() const noexcept {
    return kind == Kind::detached || kind == Kind::updated || kind == Kind::left || kind == Kind::message ||
           kind == Kind::told;
  }
};

/// Whether `peer_id` hears of it.
[[nodiscard]] bool is_for(const Fact& fact, std::string_view peer_id);
/// Calls `visit` with each name of a list.
template <class Visit>
void each_name(std::string_view names, Visit&& visit) {
  while (!names.empty()) {
    const std::size_t end = names.find(kNameMark);
    visit(names.substr(0, end));
    names.remove_prefix(end == std::string_view::npos ? names.size() : end + 1);
  }
}

[[nodiscard]] std::optional<Fact> read_fact(std::string_view text);
[[nodiscard]] std::string write_fact(Fact::Kind kind, std::string_view origin, std::uint64_t operation,
                                     std::string_view peer, std::initializer_list<std::string_view> fields = {});

/// What a fact says about a message, in the order of its fields.
struct MessageParts {
  std::string_view to;                        ///< names, see join_names()
  std::span<const std::string_view> members;  ///< slices of them, one behind the other
  std::uint64_t id = 0;                       ///< the client's number of it; 0: none
};
[[nodiscard]] std::string write_message(std::string_view origin, std::uint64_t operation, std::string_view peer,
                                        const MessageParts& parts);
/// The other way of each_name().
[[nodiscard]] std::string join_names(std::span<const std::string_view> names);

}  // namespace grtc::core
