#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <span>

#include "cellpose/percentile.h"
#include "image/regions.h"
#include "records/artifact.h"
#include "runners/artifacts/artifacts.h"
#include "runners/artifacts/npy_pickle.h"

namespace intelliclinix::runners {
namespace {

using Element = NpyPickle::Element;

/// Ranges of brightness below this become black, as in the reference.
constexpr float kFlat = 1e-3F;

std::vector<std::int64_t> Shape(std::int64_t first, const image::Plane& plane) {
  return {first, plane.height, plane.width};
}

/// 0 at the 1st percentile of a plane and 1 at the 99th, and never beyond.
class Scale {
 public:
  explicit Scale(const image::Plane& plane) {
    const auto [low, high] = cellpose::Percentiles({.first = plane.values.data(),
                                                    .rows = static_cast<std::size_t>(plane.height),
                                                    .columns = static_cast<std::size_t>(plane.width),
                                                    .row_stride = static_cast<std::size_t>(plane.width)},
                                                   {1, 99});
    low_ = low;
    range_ = high - low > kFlat ? high - low : 0;
  }
  float operator()(float value) const { return range_ > 0 ? std::clamp((value - low_) / range_, 0.0F, 1.0F) : 0; }

 private:
  float low_ = 0;
  float range_ = 0;
};

/// The row or column of a plane that row or column `at` of the label image shows.
std::size_t NearestIndex(int at, int from, int to) {
  return static_cast<std::size_t>(std::min(from - 1, static_cast<int>(static_cast<std::int64_t>(at) * from / to)));
}

/// For each pixel of the label image, `pixel` of the plane's nearest.
template <typename Pixel>
void ForEachNearest(const image::Plane& plane, const image::LabelImage& labels, const Pixel& pixel) {
  for (int y = 0; y < labels.height; ++y) {
    const std::size_t row = NearestIndex(y, plane.height, labels.height) * static_cast<std::size_t>(plane.width);
    for (int x = 0; x < labels.width; ++x) pixel(row + NearestIndex(x, plane.width, labels.width));
  }
}

/// The directions of the flows as colours, their lengths as brightness.
/// Source: Cellpose's `dx_to_circ`.
std::vector<std::uint8_t> FlowColours(const FlowPlanes& flows, const image::LabelImage& labels) {
  image::Plane lengths(flows.flow_y.height, flows.flow_y.width);
  for (std::size_t i = 0; i < lengths.values.size(); ++i) {
    lengths.values[i] = std::hypot(flows.flow_y.values[i], flows.flow_x.values[i]);
  }
  const Scale scale(lengths);
  constexpr float kSine = std::numbers::sqrt3_v<float> / 2;  // of a third of a turn, whose cosine is -1/2
  std::vector<std::uint8_t> colours;
  colours.reserve(3 * labels.labels.size());
  ForEachNearest(lengths, labels, [&](std::size_t i) {
    const float length = lengths.values[i];
    // The angle is that of the flow and half a turn.
    const float cosine = length > 0 ? -flows.flow_y.values[i] / length : -1;
    const float sine = length > 0 ? -flows.flow_x.values[i] / length : 0;
    const float brightness = 255 * scale(length) / 2;
    for (const float turned : {cosine, -cosine / 2 - kSine * sine, -cosine / 2 + kSine * sine}) {
      colours.push_back(static_cast<std::uint8_t>(std::clamp(brightness * (turned + 1), 0.0F, 255.0F)));
    }
  });
  return colours;
}

std::vector<std::uint8_t> ProbabilityPicture(const image::Plane& logits, const image::LabelImage& labels) {
  const Scale scale(logits);
  std::vector<std::uint8_t> picture;
  picture.reserve(labels.labels.size());
  ForEachNearest(logits, labels,
                 [&](std::size_t i) { picture.push_back(static_cast<std::uint8_t>(255 * scale(logits.values[i]))); });
  return picture;
}

/// Colours, cell probability, a place for z, positions that the reference no longer stores, and the network's planes.
void AppendFlows(NpyPickle& file, const FlowPlanes& flows, const image::LabelImage& labels) {
  file.BeginList();
  file.Array(Element::kUint8, {1, labels.height, labels.width, 3},
             {std::as_bytes(std::span<const std::uint8_t>(FlowColours(flows, labels)))});
  file.Array(Element::kUint8, {1, labels.height, labels.width},
             {std::as_bytes(std::span<const std::uint8_t>(ProbabilityPicture(flows.cell_logit, labels)))});
  file.Zeros(Element::kUint8, {1, flows.flow_y.height, flows.flow_y.width, 3});
  file.BeginList();
  file.EndList();
  file.Array(Element::kFloat32, Shape(3, flows.flow_y),
             {std::as_bytes(std::span(flows.flow_y.values)), std::as_bytes(std::span(flows.flow_x.values)),
              std::as_bytes(std::span(flows.cell_logit.values))});
  file.EndList();
}

template <typename Label>
void AppendLabels(NpyPickle& file, Element element, const Findings& findings) {
  const image::LabelImage& labels = findings.labelling.labels;
  std::vector<Label> values(labels.labels.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = findings.outline[i] != 0 ? static_cast<Label>(labels.labels[i]) : Label{0};
  }
  const std::vector<std::int64_t> shape = {labels.height, labels.width};
  file.Text("outlines");
  file.Array(element, shape, {std::as_bytes(std::span(values))});
  std::ranges::transform(labels.labels, values.begin(), [](std::uint32_t label) { return static_cast<Label>(label); });
  file.Text("masks");
  file.Array(element, shape, {std::as_bytes(std::span(values))});
}

}  // namespace

Result<ArtifactBytes> MakeSegNpy(const Findings& findings) {
  const Labelling& labelling = findings.labelling;
  const image::LabelImage& labels = labelling.labels;
  const std::uint32_t objects = image::MaxLabel(labels);
  NpyPickle file(24 * labels.labels.size() + objects + 4096);
  file.BeginDict();
  if (objects < 65'535) {
    AppendLabels<std::uint16_t>(file, Element::kUint16, findings);
  } else {
    AppendLabels<std::uint32_t>(file, Element::kUint32, findings);
  }
  file.Text("chan_choose");
  file.BeginList();
  for (const std::size_t i : {0, 1}) file.Integer(i < labelling.channels.size() ? labelling.channels[i] : 0);
  file.EndList();
  file.Text("ismanual");
  file.Zeros(Element::kBool, {objects});
  file.Text("filename");
  file.Text(labelling.filename);
  if (labelling.flows != nullptr) {
    file.Text("flows");
    AppendFlows(file, *labelling.flows, labels);
  }
  file.Text("diameter");
  file.Number(labelling.diameter);
  file.EndDict();
  return ArtifactBytes{.kind = std::string(records::artifact_kind::kSegNpy),
                       .filename = labelling.stem + "_seg.npy",
                       .content_type = "application/octet-stream",
                       .bytes = file.Take()};
}

}  // namespace intelliclinix::runners
