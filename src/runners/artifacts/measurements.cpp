#include <cmath>

#include "records/artifact.h"
#include "runners/artifacts/artifacts.h"
#include "runners/artifacts/text.h"

namespace intelliclinix::runners {
namespace {

/// A number that is not known is an empty field.
void AppendRow(std::string& text, const Cell& cell, const std::vector<Column>& columns) {
  const image::Region& region = cell.region;
  AppendNumber(text, region.label);
  for (const int edge : {region.y0, region.x0, region.y1, region.x1}) {
    text += ',';
    AppendNumber(text, edge);
  }
  for (const Column& column : columns) {
    text += ',';
    const double value = column.value(cell, column);
    if (!std::isnan(value)) AppendNumber(text, value);
  }
  text += '\n';
}

}  // namespace

Result<ArtifactBytes> MakeMeasurements(const Findings& findings) {
  const std::vector<Column> columns = MeasurementColumns(findings.labelling);
  std::string text = "label,bbox-0,bbox-1,bbox-2,bbox-3";
  for (const Column& column : columns) text += "," + column.name;
  text += '\n';
  for (const Cell& cell : findings.cells) AppendRow(text, cell, columns);
  return TextArtifact(records::artifact_kind::kMeasurements, findings.labelling.stem + "_measurements.csv", "text/csv",
                      text);
}

}  // namespace intelliclinix::runners
