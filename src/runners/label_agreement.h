// Two label images of one image against each other.
#pragma once

#include <cstdint>

#include "base/byte_source.h"
#include "base/result.h"

namespace intelliclinix::runners {

/// How the objects of a label image agree with those that are expected; image/matching.h has the definitions.
struct LabelAgreement {
  bool same = false;  ///< each pixel has the same label
  std::uint32_t expected = 0;
  std::uint32_t found = 0;
  double ap50 = 0;  ///< average precision at an intersection over union of 0.5
  double ap75 = 0;  ///< at 0.75
  double f1 = 0;    ///< at 0.5
};

/// Compares two files that image::DecodeLabels reads.
/// Errors: those of the decoder; kInvalidArgument where the sizes differ or the labels of one have gaps.
Result<LabelAgreement> CompareLabels(ByteSource& expected, ByteSource& found);

/// Scores `found` against a correction of it that came from outside.
/// Errors: kInvalidArgument when the correction is no label image of `height` x `width`, or its labels skip a number.
Result<LabelAgreement> ScoreCorrection(ByteSource& correction, ByteSource& found, int height, int width);

}  // namespace intelliclinix::runners
