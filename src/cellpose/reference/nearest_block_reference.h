// The nearest block by looking at all, to test against.
#pragma once

#include "cellpose/nearest_block.h"

namespace intelliclinix::cellpose::reference {

/// As cellpose::FindNearestMarked.
std::vector<std::size_t> FindNearestMarked(const BlockGrid& grid);

}  // namespace intelliclinix::cellpose::reference
