#include "cluster/shared_rooms.hpp"

namespace grtc::cluster {

using core::SharedFrame;

SharedFrame SharedFrames::joined(const core::Session& who, const core::SeqText& seq) const {
  return frames_.joined(who, seq);
}

SharedFrame SharedFrames::updated(const core::Session& who, const core::SeqText& seq) const {
  return frames_.updated(who, seq);
}

SharedFrame SharedFrames::left(const core::Session& who, core::LeaveReason reason, const core::SeqText& seq) const {
  return frames_.left(who, reason, seq);
}

SharedFrame SharedFrames::message(std::string_view from, const core::SeqText& seq, std::string_view members) const {
  if (from != sender_) {
    stamp_ = from.empty() ? std::string(signalling::kNoSender) : signalling::relay_stamp(from);
    sender_ = from;
  }
  return signalling::relay_frame(stamp_, seq, {&members, 1});
}

SharedFrame SharedFrames::told(std::string_view text, const core::SeqText& seq) const {
  std::string whole(text.substr(0, text.size() - 1));  // an object: its seq goes in front of the last brace
  whole.append(R"(,"seq":")").append(seq.view()).append("\"}");
  return signalling::text_frame(whole);
}

std::string SharedFrames::complaint(core::Code code, std::string_view sentence, std::uint64_t ref,
                                    std::string_view to) const {
  return signalling::error_text(code, sentence, {ref, to, nullptr});
}

}  // namespace grtc::cluster
