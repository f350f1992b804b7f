#include "signalling/envelope.hpp"

#include <algorithm>
#include <charconv>

#include "core/json_scan.hpp"

namespace grtc::signalling {
namespace {

using core::Code;
using core::JsonError;
using core::JsonScan;

constexpr std::uint64_t kMaxId = (std::uint64_t{1} << 53) - 1;  // what a JavaScript number holds exactly
constexpr std::size_t kMaxType = 64;

constexpr EnvelopeFault kNotJson{Code::bad_json, "This is not JSON."};
constexpr EnvelopeFault kTooDeep{Code::too_deep, "The JSON is nested over 32 deep."};
constexpr EnvelopeFault kNotObject{Code::bad_message, "A message must be a JSON object."};
constexpr EnvelopeFault kTwice{Code::bad_message, "'type', 'to' and 'id' may each stand only once."};
constexpr EnvelopeFault kBadType{Code::bad_message, "'type' must be a string of 1 to 64 of a-z 0-9 - _ . characters."};
constexpr EnvelopeFault kBadId{Code::bad_message, "'id' must be a whole number from 1 to 9007199254740991."};
constexpr EnvelopeFault kBadTo{Code::bad_message, "'to' must be a peer id or an array of 1 to 64 distinct peer ids."};
constexpr EnvelopeFault kReserved{Code::reserved_type, "This type is reserved for the server."};
constexpr EnvelopeFault kMissingTo{Code::missing_to, "A message of this type needs a 'to'."};

enum class Member : std::uint8_t { payload, type, to, id, dropped };

Member member_of(std::string_view raw_key) {
  std::string decoded;
  if (raw_key.find('\\') != raw_key.npos) {
    decoded = core::json_unescape(raw_key).value_or(std::string());
    raw_key = decoded;
  }
  if (raw_key == "type") return Member::type;
  if (raw_key == "to") return Member::to;
  if (raw_key == "id") return Member::id;
  if (raw_key == "from" || raw_key == "seq") return Member::dropped;
  return Member::payload;
}

bool is_reserved(std::string_view type) {
  return type == "welcome" || type == "peer-joined" || type == "peer-left" || type == "peer-updated" ||
         type == "pong" || type == "error";
}

bool needs_receiver(std::string_view type) {
  return type == "offer" || type == "answer" || type == "ice-candidate";
}

Envelope::Kind kind_of(std::string_view type) {
  if (type == "ping") return Envelope::Kind::ping;
  if (type == "update") return Envelope::Kind::update;
  if (type == "leave") return Envelope::Kind::leave;
  return Envelope::Kind::relayed;
}

bool is_string(std::string_view value) {
  return value.size() >= 2 && value.front() == '"';
}

/// The text of a string value as its receiver will read it, without or with escapes. False: it is no string, or no
/// text.
bool read_string(std::string_view value, Envelope& out, std::string_view& text) {
  if (!is_string(value)) return false;
  text = value.substr(1, value.size() - 2);
  if (text.find('\\') == text.npos) return true;
  auto decoded = core::json_unescape(text);
  if (!decoded) return false;
  // Views into short strings would be left behind if the vector moved them when it grows.
  out.unescaped.reserve(kMaxReceivers + 2);
  text = out.unescaped.emplace_back(std::move(*decoded));
  return true;
}

bool read_type(std::string_view value, Envelope& out) {
  if (!read_string(value, out, value)) return false;
  if (value.empty() || value.size() > kMaxType) return false;
  out.type = value;
  return std::all_of(value.begin(), value.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
  });
}

bool read_id(std::string_view value, Envelope& out) {
  std::uint64_t id = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), id);
  if (error != std::errc() || end != value.data() + value.size() || id == 0 || id > kMaxId) return false;
  out.id = id;
  return true;
}

bool add_receiver(std::string_view value, Envelope& out) {
  if (!read_string(value, out, value)) return false;
  if (value.empty() || std::find(out.to.begin(), out.to.end(), value) != out.to.end()) return false;
  out.to.push_back(value);
  return out.to.size() <= kMaxReceivers;
}

bool read_to(std::string_view value, Envelope& out) {
  out.broadcast = false;
  if (is_string(value)) return add_receiver(value, out);
  JsonScan scan(value, kMaxDepth);
  if (!scan.enter('[')) return false;
  while (scan.next_value()) {
    if (!add_receiver(scan.value(), out)) return false;
  }
  return !out.to.empty();
}

/// Cuts members out of the text. What is kept stays as it is, white space too, with one comma between two members.
class Keeper {
 public:
  /// @param inside  where the object's inside begins
  Keeper(std::string_view text, std::size_t inside, std::vector<std::string_view>& slices)
      : text_(text), slices_(slices), slice_begin_(inside) {}

  void member(std::size_t begin, std::size_t end, bool keep) {
    if (!keep) {
      open_ = false;
      return;
    }
    if (!open_) slice_begin_ = slices_.empty() ? begin : text_.rfind(',', begin);  // the comma in front of it
    if (!open_ || slices_.empty()) slices_.emplace_back();
    slices_.back() = text_.substr(slice_begin_, end - slice_begin_);
    open_ = true;
  }
  /// The object's inside ends at `end`.
  void finish(std::size_t end) {
    if (open_ && !slices_.empty()) slices_.back() = text_.substr(slice_begin_, end - slice_begin_);
  }

 private:
  std::string_view text_;
  std::vector<std::string_view>& slices_;
  std::size_t slice_begin_;
  bool open_ = true;  ///< the latest slice reaches up to here
};

std::optional<EnvelopeFault> json_fault(JsonError error) {
  if (error == JsonError::too_deep) return kTooDeep;
  return kNotJson;
}

/// What the rules say of a message whose members have all been read.
std::optional<EnvelopeFault> check_whole(Envelope& out) {
  if (out.type.empty()) return kBadType;
  if (is_reserved(out.type)) return kReserved;
  if (out.broadcast && needs_receiver(out.type)) return kMissingTo;
  out.kind = kind_of(out.type);
  return std::nullopt;
}

}  // namespace

void Envelope::clear() {
  kind = Kind::relayed;
  type = {};
  id = 0;
  broadcast = true;
  to.clear();
  members.clear();
  unescaped.clear();
}

std::optional<EnvelopeFault> scan_envelope(std::string_view text, Envelope& out) {
  out.clear();
  JsonScan scan(text, kMaxDepth);
  if (!scan.enter('{')) {
    const JsonError error = core::json_check(text, kMaxDepth);
    return error == JsonError::none ? kNotObject : json_fault(error);
  }
  Keeper keeper(text, scan.position(), out.members);
  std::optional<EnvelopeFault> fault;  // the first one; the scan goes on, as bad JSON weighs more and `id` may follow
  const auto blame = [&fault](const EnvelopeFault& what) {
    if (!fault) fault = what;
  };
  bool seen_type = false;
  bool seen_id = false;
  std::string_view key;
  while (scan.next_key(key)) {
    const auto begin = static_cast<std::size_t>(key.data() - 1 - text.data());
    const std::string_view value = scan.value();
    if (scan.error() != JsonError::none) break;
    const Member member = member_of(key);
    keeper.member(begin, scan.position(), member != Member::id && member != Member::dropped);
    switch (member) {
      case Member::type:
        if (std::exchange(seen_type, true))
          blame(kTwice);
        else if (!read_type(value, out))
          blame(kBadType);
        break;
      case Member::to:
        if (!out.broadcast)
          blame(kTwice);
        else if (!read_to(value, out))
          blame(kBadTo);
        break;
      case Member::id:
        if (std::exchange(seen_id, true))
          blame(kTwice);
        else if (!read_id(value, out))
          blame(kBadId);
        break;
      case Member::payload:
      case Member::dropped:
        break;
    }
  }
  if (scan.error() != JsonError::none) return json_fault(scan.error());
  keeper.finish(scan.position() - 1);
  if (!scan.at_end()) return json_fault(scan.error());
  return fault ? fault : check_whole(out);
}

}  // namespace grtc::signalling
