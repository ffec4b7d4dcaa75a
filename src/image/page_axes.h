// What the pages of a file are, by what the file says and by what a person says.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "image/stack.h"

namespace intelliclinix::image {

/// What is known of a file's pages.
struct PageFacts {
  std::int64_t pages = 1;
  std::optional<PageAxes> told{};  ///< by the file; of as many pages
  std::vector<int> sizes{};        ///< where the file tells how many, but not of what; slowest first, or empty
};

/// `axes`: as CheckAxes takes them; empty: nobody told.
/// Errors: kInvalidArgument with field "axes" when that leaves open what the pages are, or contradicts the file.
Result<PageAxes> DecidePageAxes(const PageFacts& facts, std::string_view axes);

}  // namespace intelliclinix::image
