#include "image/encode.h"
#include "image/render.h"
#include "records/artifact.h"
#include "runners/artifacts/artifacts.h"

namespace intelliclinix::runners {
namespace {

/// The kind is also what the file's name ends in.
Result<ArtifactBytes> PngArtifact(std::string_view kind, const std::string& stem, const image::Image& picture,
                                  image::PngContent content = image::PngContent::kDrawing) {
  IC_ASSIGN_OR_RETURN(std::vector<std::byte> png, image::EncodePng(picture, content));
  return ArtifactBytes{.kind = std::string(kind),
                       .filename = stem + "_" + std::string(kind) + ".png",
                       .content_type = "image/png",
                       .bytes = std::move(png)};
}

}  // namespace

Result<ArtifactBytes> MakeClassMask(const Findings& findings) {
  return PngArtifact(records::artifact_kind::kClassMask, findings.labelling.stem,
                     image::RenderClassMask(findings.labelling.labels));
}

Result<ArtifactBytes> MakeInstanceMask(const Findings& findings) {
  return PngArtifact(records::artifact_kind::kInstanceMask, findings.labelling.stem,
                     image::RenderInstanceMask(findings.labelling.labels, findings.colours));
}

Result<ArtifactBytes> MakeOverlay(const Findings& findings) {
  return PngArtifact(records::artifact_kind::kOverlay, findings.labelling.stem,
                     image::RenderOverlay(findings.labelling.labels, findings.colours));
}

Result<ArtifactBytes> MakeComposite(const Findings& findings) {
  const Labelling& labelling = findings.labelling;
  return PngArtifact(records::artifact_kind::kComposite, labelling.stem,
                     image::RenderComposite(labelling.source, labelling.labels, findings.colours),
                     image::PngContent::kPhotograph);
}

}  // namespace intelliclinix::runners
