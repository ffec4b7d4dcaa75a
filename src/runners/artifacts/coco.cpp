#include <algorithm>
#include <cstdint>

#include "records/artifact.h"
#include "runners/artifacts/artifacts.h"
#include "runners/artifacts/text.h"

namespace intelliclinix::runners {
namespace {

/// One polygon a piece: [[x, y, x, y, ...], ...].
void AppendPolygons(std::string& text, const std::vector<image::Polygon>& pieces) {
  for (const image::Polygon& piece : pieces) {
    text += &piece == pieces.data() ? "[[" : ",[";
    for (const image::Point& corner : piece.outer) {
      if (&corner != piece.outer.data()) text += ',';
      AppendNumber(text, corner.x);
      text += ',';
      AppendNumber(text, corner.y);
    }
    text += ']';
  }
  text += ']';
}

/// Lengths of runs down the columns of the whole image, of other pixels and of the object's in turn. Other pixels come
/// first, none of them where the object has the image's first pixel.
void AppendRuns(std::string& text, const image::LabelImage& labels, const image::Region& region) {
  std::vector<std::uint64_t> runs;
  bool inside = false;
  std::uint64_t begin = 0;  // of the run that goes on
  const auto height = static_cast<std::uint64_t>(labels.height);
  const auto set_inside = [&](bool now, std::uint64_t at) {
    if (now == inside) return;
    runs.push_back(at - begin);
    begin = at;
    inside = now;
  };
  for (int x = region.x0; x < region.x1; ++x) {
    for (int y = region.y0; y < region.y1; ++y) set_inside(labels.at(y, x) == region.label, x * height + y);
    if (region.height() < labels.height) set_inside(false, x * height + region.y1);
  }
  set_inside(false, region.x1 * height);
  const std::uint64_t pixels = height * labels.width;
  if (begin < pixels) runs.push_back(pixels - begin);
  text += R"({"counts":[)";
  for (const std::uint64_t& run : runs) {
    if (&run != runs.data()) text += ',';
    AppendNumber(text, run);
  }
  text += R"(],"size":[)";
  AppendNumber(text, labels.height);
  text += ',';
  AppendNumber(text, labels.width);
  text += "]}";
}

void AppendAnnotation(std::string& text, const image::LabelImage& labels, const Cell& cell) {
  const image::Region& region = cell.region;
  text += R"({"id":)";
  AppendNumber(text, region.label);
  text += R"(,"image_id":1,"category_id":1,"iscrowd":0,"area":)";
  AppendNumber(text, region.area);
  text += R"(,"bbox":[)";
  for (const int number : {region.x0, region.y0, region.width(), region.height()}) {
    AppendNumber(text, number);
    text += ',';
  }
  text.back() = ']';
  text += R"(,"segmentation":)";
  const bool has_holes = std::ranges::any_of(cell.pieces, [](const auto& piece) { return !piece.holes.empty(); });
  if (has_holes) {
    AppendRuns(text, labels, region);
  } else {
    AppendPolygons(text, cell.pieces);
  }
  text += '}';
}

}  // namespace

Result<ArtifactBytes> MakeCoco(const Findings& findings) {
  const image::LabelImage& labels = findings.labelling.labels;
  std::string text = R"({"info":{"description":"Cells found in one image"},"licenses":[],)"
                     R"("categories":[{"id":1,"name":"cell","supercategory":""}],"images":[{"id":1,"file_name":)";
  text += Quoted(findings.labelling.filename) + R"(,"height":)" + std::to_string(labels.height) + R"(,"width":)" +
          std::to_string(labels.width) + R"(}],"annotations":[)";
  for (const Cell& cell : findings.cells) {
    text += &cell == findings.cells.data() ? "\n" : ",\n";
    AppendAnnotation(text, labels, cell);
  }
  text += "]}\n";
  return TextArtifact(records::artifact_kind::kCoco, findings.labelling.stem + "_coco.json", "application/json", text);
}

}  // namespace intelliclinix::runners
