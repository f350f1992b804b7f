#include "items/sqlite/item_rows.hpp"

namespace grtc::items::sqlite {

Item read_item(const Statement& row) {
  Item item;
  item.id = row.integer(0);
  item.name = row.text(1);
  item.description = row.text(2);
  item.data = row.text(3);
  item.version = row.integer(4);
  item.created_at = from_ms(row.integer(5));
  item.updated_at = from_ms(row.integer(6));
  return item;
}

}  // namespace grtc::items::sqlite
