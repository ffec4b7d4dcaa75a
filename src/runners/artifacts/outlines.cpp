#include <charconv>
#include <span>

#include "base/byte_source.h"
#include "image/contours.h"
#include "records/artifact.h"
#include "runners/artifacts/artifacts.h"

namespace intelliclinix::runners {
namespace {

/// Objects whose contour has no more points than this have an empty line, as the reference writes them.
constexpr std::size_t kTooFewPoints = 4;

void Append(std::string& text, int number) {
  char digits[16];
  text.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

void AppendLine(std::string& text, const image::Contour& contour) {
  if (contour.size() > kTooFewPoints) {
    for (const image::Point& point : contour) {
      Append(text, point.x);
      text += ',';
      Append(text, point.y);
      text += ',';
    }
    text.pop_back();
  }
  text += '\n';
}

}  // namespace

Result<ArtifactBytes> MakeOutlines(const Labelling& labelling) {
  const std::vector<image::Region> regions = image::MeasureRegions(labelling.labels);
  std::string text;
  for (std::size_t i = 0; const image::Contour& contour : image::TraceContours(labelling.labels, regions)) {
    if (regions[i++].area > 0) AppendLine(text, contour);
  }
  const std::span<const std::byte> bytes = AsBytes(text);
  return ArtifactBytes{.kind = std::string(records::artifact_kind::kOutlines),
                       .filename = labelling.stem + "_cp_outlines.txt",
                       .content_type = "text/plain",
                       .bytes = {bytes.begin(), bytes.end()}};
}

}  // namespace intelliclinix::runners
