#include "cellpose/cell_logits.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "image/regions.h"

namespace intelliclinix::cellpose {
namespace {

constexpr float kStepsPerLogit = 256;
constexpr float kLargestLogit = 127;
constexpr int kLargestStep = 127 * 256;

/// Probabilities of steps, from -kLargestStep on.
std::vector<float> ProbabilityTable() {
  std::vector<float> table(2 * kLargestStep + 1);
  for (int step = -kLargestStep; step <= kLargestStep; ++step) {
    const int index = step + kLargestStep;
    table[static_cast<std::size_t>(index)] = 1 / (1 + std::exp(-static_cast<float>(step) / kStepsPerLogit));
  }
  return table;
}

}  // namespace

CellLogits RoundLogits(const image::Plane& cellprob) {
  CellLogits logits{.height = cellprob.height, .width = cellprob.width, .steps = {}};
  logits.steps.resize(cellprob.values.size());
  for (std::size_t i = 0; i < logits.steps.size(); ++i) {
    const float held = std::clamp(cellprob.values[i], -kLargestLogit, kLargestLogit);
    logits.steps[i] = static_cast<std::int16_t>(held * kStepsPerLogit);
  }
  return logits;
}

PerLabel MeanProbabilities(const image::LabelImage& labels, const CellLogits& logits) {
  const std::vector<float> table = ProbabilityTable();
  std::vector<double> sums(image::MaxLabel(labels));
  std::vector<std::uint32_t> counts(sums.size());
  for (int y = 0; y < labels.height; ++y) {
    const std::int64_t row = static_cast<std::int64_t>(y) * logits.height / labels.height;
    const std::int16_t* steps = logits.steps.data() + row * logits.width;
    for (int x = 0; x < labels.width; ++x) {
      const std::uint32_t label = labels.at(y, x);
      if (label == 0) continue;
      const std::int64_t column = static_cast<std::int64_t>(x) * logits.width / labels.width;
      const int index = steps[column] + kLargestStep;
      sums[label - 1] += table[static_cast<std::size_t>(index)];
      ++counts[label - 1];
    }
  }
  PerLabel means(sums.size());
  for (std::size_t i = 0; i < means.size(); ++i) {
    if (counts[i] > 0) means[i] = static_cast<float>(sums[i] / counts[i]);
  }
  return means;
}

}  // namespace intelliclinix::cellpose
