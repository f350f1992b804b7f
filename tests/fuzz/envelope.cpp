// The envelope scanner takes as JSON exactly what simdjson does, reads the same members from it, and what it keeps of a
// message is the message without `id`, `from` and `seq`.

#include "signalling/envelope.hpp"

#include <functional>
#include <utility>
#include <vector>

#include <simdjson.h>

#include "fuzz.hpp"
#include "json_reference.hpp"

namespace {

using grtc::core::Code;
using grtc::fuzz::Plain;
using grtc::fuzz::require;
using grtc::signalling::Envelope;
using grtc::signalling::scan_envelope;
namespace dom = simdjson::dom;

using Members = std::vector<std::pair<std::string, std::string>>;

/// Decoded names and minified values of an object, in order.
Members members_of(const dom::object& object) {
  Members members;
  for (const auto& [key, value] : object) members.emplace_back(std::string(key), simdjson::minify(value));
  return members;
}

void check_slices(std::string_view text, const Envelope& envelope, Members wanted) {
  std::string rebuilt = "{";
  for (const std::string_view slice : envelope.members) {
    const bool inside = !std::less<>()(slice.data(), text.data()) &&
                        !std::less<>()(text.data() + text.size(), slice.data() + slice.size());
    require(inside, "what is kept lies within the message");
    rebuilt += slice;
  }
  rebuilt += "}";
  std::erase_if(wanted, [](const auto& member) {
    return member.first == "id" || member.first == "from" || member.first == "seq";
  });
  dom::parser parser;
  dom::object object;
  require(parser.parse(Plain(rebuilt).text()).get(object) == simdjson::SUCCESS, "what is kept is an object's inside");
  require(members_of(object) == wanted, "what is kept are all other members, in order");
}

void check_known_members(const dom::object& object, const Envelope& envelope) {
  std::string_view type;
  require(object["type"].get(type) == simdjson::SUCCESS && type == envelope.type, "type is what a parser reads");
  std::uint64_t id = 0;
  require((object["id"].get(id) == simdjson::SUCCESS ? id : 0) == envelope.id, "id is what a parser reads");
  dom::element to;
  const bool has_to = object["to"].get(to) == simdjson::SUCCESS;
  require(has_to != envelope.broadcast, "a message without `to` is a broadcast");
  if (!has_to) return;
  std::vector<std::string_view> receivers;
  std::string_view one;
  if (to.get(one) == simdjson::SUCCESS) receivers.push_back(one);
  dom::array several;
  if (to.get(several) == simdjson::SUCCESS) {
    for (const dom::element receiver : several) {
      require(receiver.get(one) == simdjson::SUCCESS, "a receiver is a string");
      receivers.push_back(one);
    }
  }
  require(receivers == envelope.to, "to is what a parser reads");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // An exact copy on the heap, so that AddressSanitizer sees a read past its end.
  const std::vector<char> copy(data, data + size);
  const std::string_view text(copy.data(), copy.size());
  if (!simdjson::validate_utf8(text)) return 0;  // checked before, in the frame

  static Envelope envelope;  // reused, as in the server
  const auto fault = scan_envelope(text, envelope);
  const Plain plain(text);
  if (fault && fault->code == Code::too_deep) {
    require(plain.deepest() > grtc::signalling::kMaxDepth, "only what is too deep is too deep");
    return 0;
  }
  dom::parser parser;
  dom::element whole;
  const auto error = parser.parse(plain.text()).get(whole);
  if (error == simdjson::DEPTH_ERROR) return 0;
  const bool bad_json = fault && fault->code == Code::bad_json;
  require(bad_json == (error != simdjson::SUCCESS), "JSON is what simdjson takes");
  if (bad_json) return 0;
  require(plain.deepest() <= grtc::signalling::kMaxDepth, "what is too deep is refused");
  if (fault) return 0;

  dom::object object;
  require(whole.get(object) == simdjson::SUCCESS, "a message is an object");
  check_slices(text, envelope, members_of(object));
  dom::parser exact;
  dom::object same;
  if (exact.parse(std::string(text)).get(same) == simdjson::SUCCESS) check_known_members(same, envelope);
  return 0;
}
