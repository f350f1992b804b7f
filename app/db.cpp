#include "app/command.hpp"
#include "app/errors.hpp"

namespace grtc::app {

int db(Words /*words*/) {
  return say_wrong("grtc db", "not there yet");
}

}  // namespace grtc::app
