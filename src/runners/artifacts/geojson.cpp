#include "records/artifact.h"
#include "runners/artifacts/artifacts.h"
#include "runners/artifacts/text.h"

namespace intelliclinix::runners {
namespace {

void AppendCorner(std::string& text, const image::Point& corner) {
  text += '[';
  AppendNumber(text, corner.x);
  text += ',';
  AppendNumber(text, corner.y);
  text += ']';
}

/// The first corner stands at the end again.
void AppendRing(std::string& text, const image::Ring& ring) {
  text += '[';
  for (const image::Point& corner : ring) {
    AppendCorner(text, corner);
    text += ',';
  }
  AppendCorner(text, ring.front());
  text += ']';
}

void AppendPolygon(std::string& text, const image::Polygon& polygon) {
  text += '[';
  AppendRing(text, polygon.outer);
  for (const image::Ring& hole : polygon.holes) {
    text += ',';
    AppendRing(text, hole);
  }
  text += ']';
}

void AppendGeometry(std::string& text, const std::vector<image::Polygon>& pieces) {
  if (pieces.size() == 1) {
    text += R"({"type":"Polygon","coordinates":)";
    AppendPolygon(text, pieces[0]);
    text += '}';
    return;
  }
  text += R"({"type":"MultiPolygon","coordinates":[)";
  for (const image::Polygon& piece : pieces) {
    if (&piece != pieces.data()) text += ',';
    AppendPolygon(text, piece);
  }
  text += "]}";
}

void AppendFeature(std::string& text, const Labelling& labelling, const Cell& cell,
                   const std::vector<Column>& columns) {
  const std::string label = std::to_string(cell.region.label);
  text += R"({"type":"Feature","id":")" + ObjectUuid(labelling.identity, cell.region.label) + R"(","geometry":)";
  AppendGeometry(text, cell.pieces);
  text += R"(,"properties":{"objectType":"detection","name":")" + label + R"(","label":)" + label;
  text += cell.touches_edge ? R"(,"touches_edge":true,"measurements":)" : R"(,"touches_edge":false,"measurements":)";
  AppendNumbers(text, cell, columns);
  text += "}}";
}

}  // namespace

Result<ArtifactBytes> MakeGeojson(const Findings& findings) {
  const std::vector<Column> columns = MeasurementColumns(findings.labelling);
  std::string text = R"({"type":"FeatureCollection","features":[)";
  for (const Cell& cell : findings.cells) {
    text += &cell == findings.cells.data() ? "\n" : ",\n";
    AppendFeature(text, findings.labelling, cell, columns);
  }
  text += "]}\n";
  return TextArtifact(records::artifact_kind::kGeojson, findings.labelling.stem + ".geojson", "application/geo+json",
                      text);
}

}  // namespace intelliclinix::runners
