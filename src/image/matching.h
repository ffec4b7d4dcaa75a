// Compares two label images object by object.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "image/image.h"

namespace intelliclinix::image {

/// Objects of two label images and how many of them are pairs.
struct Matching {
  std::size_t expected = 0;
  std::size_t found = 0;
  std::size_t matched = 0;  ///< pairs whose intersection over union reaches the threshold

  /// Matched objects by all that were expected or found; 1 when there are none of either.
  /// Source: Schmidt et al. 2018 (the "average precision" of cell segmentation).
  double average_precision() const;
  /// Twice the matched objects by the sum of those that were expected and that were found (the F1 score); 1 when there
  /// are none of either.
  double f1() const;
  /// The share of expected objects that were found; 1 when there are none.
  double recall() const;

  Matching& operator+=(const Matching& other);
};

/// Pairs of objects with intersection over union of at least `threshold` >= 0.5, so that each has one partner at most
/// (at exactly 0.5 the first). The images have the same size. Memory for as many objects as the largest label says, so
/// labels should be dense.
Matching Match(const LabelImage& expected, const LabelImage& found, double threshold);

/// The same at each of several thresholds, for which the images are read once.
std::vector<Matching> MatchAt(std::span<const double> thresholds, const LabelImage& expected, const LabelImage& found);

}  // namespace intelliclinix::image
