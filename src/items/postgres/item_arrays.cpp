#include "items/postgres/item_arrays.hpp"

#include <array>
#include <cstdint>

#include "items/postgres/call.hpp"
#include "items/postgres/rows.hpp"

namespace grtc::items::postgres {

std::vector<std::string> columns_of(std::span<const Item> items) {
  std::array<std::vector<std::string>, 3> texts;
  std::array<std::vector<std::int64_t>, 4> numbers;
  for (const Item& item : items) {
    numbers[0].push_back(item.id);
    texts[0].push_back(to_stored(item.name));
    texts[1].push_back(to_stored(item.description));
    texts[2].push_back(item.data);
    numbers[1].push_back(item.version);
    numbers[2].push_back(to_ms(item.created_at));
    numbers[3].push_back(to_ms(item.updated_at));
  }
  return {array_of(numbers[0]), array_of(texts[0]),   array_of(texts[1]),  array_of(texts[2]),
          array_of(numbers[1]), array_of(numbers[2]), array_of(numbers[3])};
}

}  // namespace grtc::items::postgres
