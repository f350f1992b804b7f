#include "turn/causes.hpp"

#include <array>

#include "ops/printable.hpp"

namespace grtc::turn {
namespace {

constexpr std::size_t kMaxReason = 100;

struct Row {
  int code;
  std::string_view meaning;
};

constexpr auto kRows = std::to_array<Row>({
    {300, "the server sends everyone to another one: put that one's URL here"},
    {400, "the server takes the request for a wrong one: is a TURN server there?"},
    {401,
     "the credential is refused: the secret is not the TURN server's (or the realm's user is unknown), or a clock is "
     "wrong"},
    {403,
     "the server forbids it: TURN is switched off for this user, or a denied-peer-ip covers the relay's own address "
     "(allowed-peer-ip must name it)"},
    {420, "the server does not know an attribute: is it a STUN server without TURN?"},
    {437, "the server has another allocation for this address and port: try again"},
    {438, "the server calls each of its own nonces stale: its stale-nonce is too short"},
    {440, "the server has no relay address of this family: relay-ip is missing"},
    {441, "the credential is not the one that the allocation was made with"},
    {442, "the server relays no UDP"},
    {486, "the quota is used up: user-quota is too small, or allocations of old calls have not expired yet"},
    {500, "the TURN server failed: its log says why"},
    {508,
     "the server has no relay port or bandwidth left: min-port to max-port is too narrow, or total-quota is reached"},
});

}  // namespace

std::string cause_of_error(const ErrorCode& error) {
  std::string cause = std::to_string(error.code);
  if (!error.reason.empty()) {
    cause += ' ';
    ops::append_printable(cause, error.reason, kMaxReason);
  }
  for (const Row& row : kRows) {
    if (row.code == error.code) return cause + ": " + std::string(row.meaning);
  }
  return cause + ": the server refuses, and only its log says why";
}

std::string cause_of_silence(const core::Problem& problem, bool reliable) {
  if (problem.code != core::Code::timed_out) return problem.sentence;
  return reliable ? "no answer: the port is open, but what listens there is no TURN server"
                  : "no answer: a firewall drops UDP on the way, or nothing listens at this port";
}

}  // namespace grtc::turn
