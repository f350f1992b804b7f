#include "turn/checks.hpp"

#include <optional>

#include "ops/secret.hpp"
#include "turn/causes.hpp"
#include "turn/stun_message.hpp"
#include "turn/transaction.hpp"

namespace grtc::turn {
namespace {

using std::chrono::milliseconds;

/// REQUESTED-TRANSPORT: UDP's number in the first byte (RFC 8656 §18.6).
constexpr std::uint32_t kRelayUdp = 17U << 24U;
/// A stale nonce is replaced once; a second one in a row is the server's fault.
constexpr int kMaxNonces = 2;
/// A packet to itself may be lost like any other.
constexpr int kEchoes = 3;
constexpr milliseconds kEchoPatience{1000};
constexpr std::size_t kEchoBytes = 24;

std::chrono::microseconds since(Wire::Clock::time_point start) {
  return std::chrono::duration_cast<std::chrono::microseconds>(Wire::Clock::now() - start);
}

/// The dialogue of one allocation, from the first refusal to giving it back.
class Allocation {
 public:
  Allocation(Wire& wire, const Credentials& credentials, Finding& finding)
      : wire_(wire), credentials_(credentials), finding_(finding) {}

  /// Each returns whether the next one makes sense; the finding has the cause when not.
  bool challenge();
  bool allocate();
  bool permit();
  bool echo();
  void give_back();

 private:
  bool fail(std::string cause, int error = 0) {
    finding_.cause = std::move(cause);
    finding_.error = error;
    return false;
  }
  bool fail(const ErrorCode& error) { return fail(cause_of_error(error), error.code); }
  /// Takes the REALM and NONCE of a refusal: the next requests are signed with them.
  bool take_challenge(const StunMessage& refusal);
  /// Signs and sends what `write` adds to a request; a stale nonce is replaced. The answer stays in answer_.
  template <class Write>
  std::optional<StunMessage> ask_signed(Method method, Write write);

  Wire& wire_;
  const Credentials& credentials_;
  Finding& finding_;
  std::string realm_;
  std::string nonce_;
  std::string key_;
  std::string answer_;
};

bool Allocation::take_challenge(const StunMessage& refusal) {
  const auto realm = refusal.find(Attribute::realm);
  const auto nonce = refusal.find(Attribute::nonce);
  if (!nonce) return false;
  if (realm) realm_ = *realm;
  nonce_ = *nonce;
  key_ = long_term_key(credentials_.username, realm_, credentials_.password);
  return true;
}

/// RFC 8489 §9.2.3.1: the first request has no credentials; its refusal tells the realm and the nonce.
bool Allocation::challenge() {
  const auto id = new_transaction();
  const auto start = Wire::Clock::now();
  auto answer = ask(wire_,
                    StunWriter(Method::allocate, Class::request, id)
                        .add_number(Attribute::requested_transport, kRelayUdp)
                        .add_fingerprint()
                        .bytes(),
                    id);
  if (!answer) return fail(cause_of_silence(answer.error(), wire_.reliable()));
  finding_.round_trip = since(start);
  answer_ = *std::move(answer);
  const auto message = StunMessage::parse(answer_);
  if (message->kind() == Class::success) {
    return fail("the server relays for anyone, without credentials: use-auth-secret is missing");
  }
  const auto error = message->error();
  if (!error) return fail("the answer has no error code: what listens there is no TURN server");
  if (error->code != 401) return fail(*error);
  if (!take_challenge(*message) || realm_.empty()) return fail("the server asks for no long-term credential");
  return true;
}

template <class Write>
std::optional<StunMessage> Allocation::ask_signed(Method method, Write write) {
  for (int nonces = 0;; ++nonces) {
    const auto id = new_transaction();
    StunWriter request(method, Class::request, id);
    write(request);
    request.add(Attribute::username, credentials_.username).add(Attribute::realm, realm_).add(Attribute::nonce, nonce_);
    request.sign(key_).add_fingerprint();
    auto answer = ask(wire_, request.bytes(), id);
    if (!answer) {
      fail(cause_of_silence(answer.error(), wire_.reliable()));
      return std::nullopt;
    }
    answer_ = *std::move(answer);
    auto message = StunMessage::parse(answer_);
    if (message->kind() == Class::success) {
      if (message->is_signed_with(key_)) return message;
      fail("the answer is not signed with the secret: somebody between answers for the server");
      return std::nullopt;
    }
    const auto error = message->error();
    if (error && error->code == 438 && nonces < kMaxNonces && take_challenge(*message)) continue;
    if (error) {
      fail(*error);
    } else {
      fail("the server refuses without an error code");
    }
    return std::nullopt;
  }
}

bool Allocation::allocate() {
  const auto start = Wire::Clock::now();
  const auto answer = ask_signed(
      Method::allocate, [](StunWriter& request) { request.add_number(Attribute::requested_transport, kRelayUdp); });
  if (!answer) return false;
  finding_.round_trip = since(start);
  finding_.seen = answer->endpoint(Attribute::xor_mapped_address);
  finding_.relayed = answer->endpoint(Attribute::xor_relayed_address);
  if (!finding_.relayed) return fail("the server made an allocation without an address");
  // A relay address that reaches less far than the server's own is of use to nobody outside.
  if (reach_of(finding_.relayed->address) < reach_of(wire_.server().address)) {
    return fail("the relayed address " + text_of(*finding_.relayed) + " is private, the server's own (" +
                text_of(wire_.server()) + ") is not: external-ip is missing");
  }
  return true;
}

bool Allocation::permit() {
  const Endpoint self = *finding_.relayed;
  return ask_signed(Method::create_permission,
                    [&self](StunWriter& request) { request.add_endpoint(Attribute::xor_peer_address, self); })
      .has_value();
}

/// Out through the relay to the relayed address itself, and back as a Data indication.
bool Allocation::echo() {
  const std::string packet = ops::random_text(kEchoBytes);
  for (int i = 0; i < kEchoes; ++i) {
    const auto start = Wire::Clock::now();
    const auto sent = wire_.send(StunWriter(Method::send, Class::indication, new_transaction())
                                     .add_endpoint(Attribute::xor_peer_address, *finding_.relayed)
                                     .add(Attribute::data, packet)
                                     .bytes());
    if (!sent) return fail(sent.error().sentence);
    const auto until = start + kEchoPatience;
    for (auto got = wire_.receive(until); got; got = wire_.receive(until)) {
      const auto message = StunMessage::parse(*got);
      const bool data = message && message->kind() == Class::indication && message->method() == Method::data;
      if (!data || message->find(Attribute::data) != packet) continue;
      finding_.round_trip = since(start);
      return true;
    }
  }
  return fail(
      "allocated " + text_of(*finding_.relayed) +
      ", but a packet sent there does not arrive: a firewall closes the relay's ports (min-port to max-port), or "
      "external-ip is not the server's");
}

/// So that checks that are made again and again use up no quota. Its failure is none of the check: it expires by
/// itself.
void Allocation::give_back() {
  Finding ignored;
  Allocation last(wire_, credentials_, ignored);
  last.realm_ = realm_;
  last.nonce_ = nonce_;
  last.key_ = key_;
  static_cast<void>(
      last.ask_signed(Method::refresh, [](StunWriter& request) { request.add_number(Attribute::lifetime, 0); }));
}

}  // namespace

Finding check_stun(Wire& wire) {
  Finding finding;
  const auto id = new_transaction();
  const auto start = Wire::Clock::now();
  const auto answer = ask(wire, StunWriter(Method::binding, Class::request, id).add_fingerprint().bytes(), id);
  if (!answer) {
    finding.cause = cause_of_silence(answer.error(), wire.reliable());
    return finding;
  }
  finding.round_trip = since(start);
  const auto message = StunMessage::parse(*answer);
  if (const auto error = message->error()) {
    finding.cause = cause_of_error(*error);
    finding.error = error->code;
    return finding;
  }
  finding.seen = message->endpoint(Attribute::xor_mapped_address);
  finding.works = finding.seen.has_value();
  if (!finding.works)
    finding.cause = "the answer has no address: what listens there is no STUN server of RFC 5389 or later";
  return finding;
}

Finding check_turn(Wire& wire, const Credentials& credentials) {
  Finding finding;
  Allocation allocation(wire, credentials, finding);
  if (!allocation.challenge() || !allocation.allocate()) return finding;
  finding.works = allocation.permit() && allocation.echo();
  allocation.give_back();
  return finding;
}

}  // namespace grtc::turn
