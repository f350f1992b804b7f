#include "core/problem.hpp"

#include <stdexcept>

namespace grtc::core {

void throw_exception_from_error(const Problem& problem, const boost::source_location& /*where*/) {
  throw std::logic_error("unchecked Problem: " + problem.sentence);
}

}  // namespace grtc::core
