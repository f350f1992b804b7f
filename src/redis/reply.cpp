#include "redis/reply.hpp"

#include <hiredis/hiredis.h>

namespace grtc::redis {

bool Reply::is_error() const noexcept {
  return reply_ != nullptr && reply_->type == REDIS_REPLY_ERROR;
}

bool Reply::is_nil() const noexcept {
  return reply_ != nullptr && reply_->type == REDIS_REPLY_NIL;
}

bool Reply::is_array() const noexcept {
  return reply_ != nullptr && reply_->type == REDIS_REPLY_ARRAY;
}

std::string_view Reply::text() const noexcept {
  if (reply_ == nullptr || reply_->str == nullptr) return {};
  return {reply_->str, static_cast<std::size_t>(reply_->len)};
}

std::int64_t Reply::integer() const noexcept {
  return reply_ != nullptr && reply_->type == REDIS_REPLY_INTEGER ? reply_->integer : 0;
}

std::size_t Reply::size() const noexcept {
  return is_array() ? reply_->elements : 0;
}

Reply Reply::operator[](std::size_t i) const noexcept {
  return Reply(reply_->element[i]);
}

}  // namespace grtc::redis
