#include "records/artifact.h"
#include "runners/artifacts/artifacts.h"
#include "runners/artifacts/text.h"

namespace intelliclinix::runners {
namespace {

/// Objects whose contour has no more points than this have an empty line, as the reference writes them.
constexpr std::size_t kTooFewPoints = 4;

void AppendLine(std::string& text, const image::Contour& contour) {
  if (contour.size() > kTooFewPoints) {
    for (const image::Point& point : contour) {
      AppendNumber(text, point.x);
      text += ',';
      AppendNumber(text, point.y);
      text += ',';
    }
    text.pop_back();
  }
  text += '\n';
}

}  // namespace

Result<ArtifactBytes> MakeOutlines(const Findings& findings) {
  std::string text;
  for (const Cell& cell : findings.cells) AppendLine(text, cell.contour);
  return TextArtifact(records::artifact_kind::kOutlines, findings.labelling.stem + "_cp_outlines.txt", "text/plain",
                      text);
}

}  // namespace intelliclinix::runners
