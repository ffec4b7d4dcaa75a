// Stacks: which planes a file holds, and which of them are read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace intelliclinix::image {

/// One plane of a stack, with all of its channels. Units: planes, from 0.
struct PlaneIndex {
  int z = 0;
  int t = 0;
};

/// How the planes in z become one.
enum class ZProjection { kNone, kMax, kMean };

/// A part of an image, in rows and columns of it. Units: px.
struct Rectangle {
  int x = 0;
  int y = 0;
  int width = 0;
  int height = 0;
};

/// Which plane of a file is decoded.
struct PlaneChoice {
  PlaneIndex plane{};  ///< its z is not looked at where there is a projection
  ZProjection projection = ZProjection::kNone;
  std::optional<Rectangle> region{};  ///< of the plane; none: all of it
};

/// What is read of a file. A file without stacks has one plane, 0 in z and t.
struct PlaneRequest {
  std::string axes{};  ///< as CheckAxes takes them; empty: the file must tell them itself
  PlaneIndex plane{};  ///< its z is not looked at where there is a projection
  ZProjection projection = ZProjection::kNone;
  std::optional<Rectangle> region{};  ///< of the plane; none: all of it
};

/// What the pages of a file are, slowest first: letters of T, Z and C, and how many there are of each.
struct PageAxes {
  std::string letters{};
  std::vector<int> sizes{};

  int SizeOf(char letter) const;
  /// Pages in all, counted up to 10^12.
  std::int64_t Count() const;
  /// Without those of which there is one.
  PageAxes Squeezed() const;
};

/// Axes as a person gives them, slowest first: T, Z and C in any order, each once, then YX, then S or C where a pixel
/// holds several samples. For example "ZYX", "CYX", "TZCYX", "ZYXS".
/// Errors: kInvalidArgument with field "axes".
Status CheckAxes(std::string_view axes);

}  // namespace intelliclinix::image
