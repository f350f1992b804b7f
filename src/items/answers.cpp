#include "items/answers.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace grtc::items {

void answer_all(std::vector<Answer> answers) {
  using Part = std::shared_ptr<std::vector<Answer>>;
  std::vector<Part> parts;
  for (Answer& answer : answers) {
    auto same =
        std::find_if(parts.begin(), parts.end(), [&](const Part& part) { return part->front().on == answer.on; });
    if (same == parts.end()) same = parts.insert(parts.end(), std::make_shared<std::vector<Answer>>());
    (*same)->push_back(std::move(answer));
  }
  for (Part& part : parts) {
    core::Executor& on = *part->front().on;
    on.post([part = std::move(part)] {
      for (Answer& answer : *part) answer.done(std::move(answer.result));
    });
  }
}

}  // namespace grtc::items
