#include "image/stack.h"

#include <algorithm>
#include <cstdint>
#include <set>

namespace intelliclinix::image {

int PageAxes::SizeOf(char letter) const {
  std::size_t at = letters.find(letter);
  return at == std::string::npos ? 1 : sizes[at];
}

std::int64_t PageAxes::Count() const {
  constexpr std::int64_t kMany = 1'000'000'000'000;  // more than any file has; times one more size it still fits
  std::int64_t count = 1;
  for (int size : sizes) count = std::min(count * size, kMany);
  return count;
}

PageAxes PageAxes::Squeezed() const {
  PageAxes squeezed;
  for (std::size_t i = 0; i < letters.size(); ++i) {
    if (sizes[i] == 1) continue;
    squeezed.letters += letters[i];
    squeezed.sizes.push_back(sizes[i]);
  }
  return squeezed;
}

Status CheckAxes(std::string_view axes) {
  constexpr std::string_view kPlane = "YX";
  std::size_t plane = axes.find(kPlane);
  bool legal = plane != std::string_view::npos;
  std::set<char> seen;
  for (std::size_t i = 0; legal && i < axes.size(); ++i) {
    bool in_plane = i >= plane && i < plane + kPlane.size();
    std::string_view allowed = in_plane ? kPlane : i < plane ? "TZC" : "SC";
    legal = allowed.find(axes[i]) != std::string_view::npos && seen.insert(axes[i]).second;
  }
  if (legal && axes.size() <= plane + kPlane.size() + 1) return {};
  return Fail(ErrorCode::kInvalidArgument,
              "'axes' must be letters for what the file's pages are, slowest first: T (time), Z (depth), C (channels), "
              "each at most once, then YX, then S or C where a pixel has several samples; for example ZYX, CYX, TYX, "
              "YXS.",
              "axes");
}

}  // namespace intelliclinix::image
