#include "turn/transaction.hpp"

#include <algorithm>

#include "ops/base64.hpp"
#include "ops/secret.hpp"

namespace grtc::turn {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kPatience{5000};
constexpr milliseconds kFirstRepetition{500};

}  // namespace

TransactionId new_transaction() {
  TransactionId id{};
  const std::string bytes = ops::from_base64url(ops::random_text(id.size())).value_or(std::string(id.size(), '\0'));
  std::copy_n(bytes.begin(), id.size(), id.begin());
  return id;
}

core::Result<std::string> ask(Wire& wire, const std::string& request, const TransactionId& transaction) {
  const auto end = Wire::Clock::now() + kPatience;
  auto repetition = kFirstRepetition;
  while (Wire::Clock::now() < end) {
    if (const auto sent = wire.send(request); !sent) return sent.error();
    const auto again = wire.reliable() ? end : std::min(end, Wire::Clock::now() + repetition);
    repetition *= 2;
    for (;;) {
      auto answer = wire.receive(again);
      if (!answer) {
        if (answer.error().code != core::Code::timed_out) return answer.error();
        break;
      }
      const auto message = StunMessage::parse(*answer);
      const bool ours = message && message->transaction() == transaction &&
                        (message->kind() == Class::success || message->kind() == Class::error);
      if (ours) return answer;
    }
  }
  return core::Problem{core::Code::timed_out, "no answer", {}, 0};
}

}  // namespace grtc::turn
