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

Result<ArtifactBytes> MakeClassMask(const Labelling& labelling) {
  return PngArtifact(records::artifact_kind::kClassMask, labelling.stem, image::RenderClassMask(labelling.labels));
}

Result<ArtifactBytes> MakeInstanceMask(const Labelling& labelling) {
  return PngArtifact(records::artifact_kind::kInstanceMask, labelling.stem,
                     image::RenderInstanceMask(labelling.labels));
}

Result<ArtifactBytes> MakeOverlay(const Labelling& labelling) {
  return PngArtifact(records::artifact_kind::kOverlay, labelling.stem, image::RenderOverlay(labelling.labels));
}

Result<ArtifactBytes> MakeComposite(const Labelling& labelling) {
  return PngArtifact(records::artifact_kind::kComposite, labelling.stem,
                     image::RenderComposite(labelling.source, labelling.labels), image::PngContent::kPhotograph);
}

}  // namespace intelliclinix::runners
