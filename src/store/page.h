// Lists come in pages, newest first.
#pragma once

#include <optional>
#include <vector>

#include "base/object_id.h"

namespace intelliclinix::store {

/// Which part of a list.
struct PageRequest {
  int limit = 100;                     ///< 1 to 1000
  std::optional<ObjectId> after = {};  ///< the last id of the page before
};

template <typename T>
struct Page {
  std::vector<T> items;                ///< newest (largest id) first
  std::optional<ObjectId> next_after;  ///< where the next page begins; none at the end
};

}  // namespace intelliclinix::store
