// STUN messages: whatever a server sends is read without a step over its end, and what is read from a message and
// written again is read the same.

#include "turn/stun_message.hpp"

#include "fuzz.hpp"

namespace {

using grtc::fuzz::require;
using namespace grtc::turn;

constexpr std::string_view kKey = "key";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input = grtc::fuzz::text_of(data, size);
  const auto message = StunMessage::parse(input);
  if (!message) return 0;
  require(stun_size(input) == input.size(), "a message is as long as its header says");
  StunWriter writer(message->method(), message->kind(), message->transaction());
  for (const auto type : {Attribute::xor_mapped_address, Attribute::xor_relayed_address}) {
    if (const auto endpoint = message->endpoint(type)) {
      static_cast<void>(text_of(*endpoint));
      writer.add_endpoint(type, *endpoint);
    }
  }
  const auto realm = message->find(Attribute::realm);
  if (realm) writer.add(Attribute::realm, *realm);
  if (const auto error = message->error()) require(error->code >= 300 && error->code <= 699, "errors are 300 to 699");
  static_cast<void>(message->number(Attribute::lifetime));
  static_cast<void>(message->is_signed_with(kKey));
  static_cast<void>(message->has_fingerprint());

  writer.sign(kKey).add_fingerprint();
  const auto again = StunMessage::parse(writer.bytes());
  require(again.has_value(), "what is written parses");
  require(again->is_signed_with(kKey) && again->has_fingerprint(), "it is signed");
  require(again->method() == message->method() && again->kind() == message->kind(), "the type is the same");
  require(again->find(Attribute::realm) == realm, "the realm is the same");
  for (const auto type : {Attribute::xor_mapped_address, Attribute::xor_relayed_address}) {
    require(again->endpoint(type) == message->endpoint(type), "the address is the same");
  }
  return 0;
}
