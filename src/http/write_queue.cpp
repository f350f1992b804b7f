#include "http/write_queue.hpp"

#include <algorithm>
#include <array>

namespace grtc::http {
namespace {

constexpr std::size_t kPiecesPerWrite = 64;
/// A spare buffer that one large answer has blown up is not kept.
constexpr std::size_t kMaxSpare = std::size_t{64} * 1024;

}  // namespace

std::string& WriteQueue::tail() {
  if (pieces_.empty()) {
    pieces_.push_back({std::move(*spare_), {}, {}});
    pieces_.back().own.clear();
  } else if (!pieces_.back().other.empty()) {
    pieces_.emplace_back();
  }
  return pieces_.back().own;
}

void WriteQueue::append(std::string_view bytes) {
  tail().append(bytes);
  bytes_ += bytes.size();
}

void WriteQueue::take(std::string&& bytes) {
  if (bytes.size() < kCopyBelow) return append(bytes);
  bytes_ += bytes.size();
  pieces_.push_back({std::move(bytes), {}, {}});
}

void WriteQueue::refer(std::string_view bytes, std::shared_ptr<const void> owner) {
  if (bytes.size() < kCopyBelow) return append(bytes);
  bytes_ += bytes.size();
  pieces_.push_back({{}, bytes, std::move(owner)});
}

net::Stop WriteQueue::flush(net::RawSocket& socket) {
  while (bytes_ > 0) {
    std::array<iovec, kPiecesPerWrite> parts;
    std::size_t count = 0;
    for (std::size_t i = first_; i < pieces_.size() && count < parts.size(); ++i) {
      const std::string_view left = pieces_[i].view().substr(i == first_ ? offset_ : 0);
      if (left.empty()) continue;
      parts[count++] = {const_cast<char*>(left.data()), left.size()};  // writing only reads it
    }
    const net::Transfer sent = socket.write({parts.data(), count});
    drop(sent.bytes);
    if (sent.stop != net::Stop::none) return sent.stop;
  }
  release();
  return net::Stop::none;
}

void WriteQueue::drop(std::size_t bytes) {
  bytes_ -= bytes;
  while (first_ < pieces_.size()) {
    const std::size_t left = pieces_[first_].view().size() - offset_;
    if (bytes < left || (bytes == left && first_ + 1 == pieces_.size())) break;
    bytes -= left;
    offset_ = 0;
    if (first_ > 0) pieces_[first_] = {};  // the front's buffer may become the spare one
    ++first_;
  }
  offset_ += bytes;
  // A stream's queue may never run quite empty: what has left must not pile up in front.
  if (first_ >= kPiecesPerWrite) {
    pieces_.erase(pieces_.begin(), pieces_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }
}

void WriteQueue::release() {
  if (!pieces_.empty() && pieces_.front().own.capacity() > spare_->capacity() &&
      pieces_.front().own.capacity() <= kMaxSpare) {
    *spare_ = std::move(pieces_.front().own);
  }
  std::vector<Piece>().swap(pieces_);  // assigning {} would keep its memory
  first_ = offset_ = 0;
}

}  // namespace grtc::http
