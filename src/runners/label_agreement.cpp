#include "runners/label_agreement.h"

#include <array>
#include <string>
#include <vector>

#include "image/decode_labels.h"
#include "image/matching.h"
#include "image/regions.h"

namespace intelliclinix::runners {
namespace {

Result<image::LabelImage> ReadDense(ByteSource& file, const image::LabelLimits& limits) {
  IC_ASSIGN_OR_RETURN(image::LabelImage labels, image::DecodeLabels(file, limits));
  const auto missing = image::FirstMissingLabel(labels);
  if (!missing) return labels;
  return Fail(ErrorCode::kInvalidArgument,
              "The labels skip numbers: the largest is " + std::to_string(image::MaxLabel(labels)) +
                  ", and no pixel has " + std::to_string(*missing) +
                  ". Number the objects 1, 2, 3, ... without gaps, for example with scikit-image's "
                  "relabel_sequential.");
}

LabelAgreement Compare(const image::LabelImage& expected, const image::LabelImage& found) {
  constexpr std::array kThresholds = {0.5, 0.75};
  const std::vector<image::Matching> at = image::MatchAt(kThresholds, expected, found);
  return {.same = expected.labels == found.labels,
          .expected = static_cast<std::uint32_t>(at[0].expected),
          .found = static_cast<std::uint32_t>(at[0].found),
          .ap50 = at[0].average_precision(),
          .ap75 = at[1].average_precision(),
          .f1 = at[0].f1()};
}

}  // namespace

Result<LabelAgreement> CompareLabels(ByteSource& expected, ByteSource& found) {
  IC_ASSIGN_OR_RETURN(const image::LabelImage one, ReadDense(expected, {}));
  IC_ASSIGN_OR_RETURN(const image::LabelImage other, ReadDense(found, {.size = std::pair(one.height, one.width)}));
  return Compare(one, other);
}

Result<LabelAgreement> ScoreCorrection(ByteSource& correction, ByteSource& found, int height, int width) {
  const image::LabelLimits limits = {.size = std::pair(height, width), .max_pixels = UINT64_MAX};
  IC_ASSIGN_OR_RETURN(const image::LabelImage labels, ReadDense(correction, limits));
  IC_ASSIGN_OR_RETURN(const image::LabelImage machine, image::DecodeLabels(found, limits));
  return Compare(labels, machine);
}

}  // namespace intelliclinix::runners
