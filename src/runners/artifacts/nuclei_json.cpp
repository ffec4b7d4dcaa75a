#include <algorithm>

#include "records/artifact.h"
#include "runners/artifacts/artifacts.h"
#include "runners/artifacts/text.h"

namespace intelliclinix::runners {
namespace {

const image::Ring& LargestOuter(const Cell& cell) {
  return std::ranges::max_element(cell.pieces, {},
                                  [](const image::Polygon& piece) { return image::RingArea(piece.outer); })
      ->outer;
}

void AppendNucleus(std::string& text, const Cell& cell, const image::Ring& ring, const std::vector<Column>& columns) {
  text += R"({"id":)";
  AppendNumber(text, cell.region.label);
  text += R"(,"polygon":[)";
  for (const image::Point& corner : ring) {
    text += &corner == ring.data() ? "[" : ",[";
    AppendNumber(text, corner.x);
    text += ',';
    AppendNumber(text, corner.y);
    text += ']';
  }
  text += R"(],"bbox":{"x1":)";
  AppendNumber(text, cell.region.x0);
  text += R"(,"y1":)";
  AppendNumber(text, cell.region.y0);
  text += R"(,"x2":)";
  AppendNumber(text, cell.region.x1);
  text += R"(,"y2":)";
  AppendNumber(text, cell.region.y1);
  text += R"(},"stats":)";
  AppendNumbers(text, cell, columns);
  text += '}';
}

}  // namespace

Result<ArtifactBytes> MakeNucleiJson(const Findings& findings) {
  const std::vector<Column> columns = MeasurementColumns(findings.labelling);
  std::string text = R"({"image_id":)" + Quoted(findings.labelling.filename) + R"(,"nuclei":[)";
  for (const Cell& cell : findings.cells) {
    text += &cell == findings.cells.data() ? "\n" : ",\n";
    AppendNucleus(text, cell, LargestOuter(cell), columns);
  }
  text += "]}\n";
  return TextArtifact(records::artifact_kind::kNucleiJson, findings.labelling.stem + "_nuclei.json", "application/json",
                      text);
}

}  // namespace intelliclinix::runners
