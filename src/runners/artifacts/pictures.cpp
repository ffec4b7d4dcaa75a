#include "image/encode.h"
#include "image/render.h"
#include "records/artifact.h"
#include "runners/artifacts/artifacts.h"

namespace intelliclinix::runners {
namespace {

/// The kind is also what the file's name ends in.
Result<ArtifactBytes> PngArtifact(std::string_view kind, const std::string& stem, const image::Picture& picture,
                                  image::PngContent content = image::PngContent::kDrawing) {
  IC_ASSIGN_OR_RETURN(std::vector<std::byte> png, image::EncodePng(picture, content));
  return ArtifactBytes{.kind = std::string(kind),
                       .filename = stem + "_" + std::string(kind) + ".png",
                       .content_type = "image/png",
                       .bytes = std::move(png)};
}

image::Drawing DrawingOf(const Findings& findings) {
  return {findings.labelling.labels, findings.outline, findings.colours};
}

}  // namespace

Result<ArtifactBytes> MakeClassMask(const Findings& findings) {
  return PngArtifact(records::artifact_kind::kClassMask, findings.labelling.stem,
                     image::DrawClassMask(findings.labelling.labels));
}

Result<ArtifactBytes> MakeInstanceMask(const Findings& findings) {
  return PngArtifact(records::artifact_kind::kInstanceMask, findings.labelling.stem,
                     image::DrawInstanceMask(DrawingOf(findings)));
}

Result<ArtifactBytes> MakeOverlay(const Findings& findings) {
  return PngArtifact(records::artifact_kind::kOverlay, findings.labelling.stem,
                     image::DrawOverlay(DrawingOf(findings)));
}

Result<ArtifactBytes> MakeComposite(const Findings& findings) {
  return PngArtifact(records::artifact_kind::kComposite, findings.labelling.stem,
                     image::DrawComposite(findings.labelling.source, DrawingOf(findings)),
                     image::PngContent::kPhotograph);
}

}  // namespace intelliclinix::runners
