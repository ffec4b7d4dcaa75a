#include "image/encode.h"
#include "image/regions.h"
#include "records/artifact.h"
#include "runners/artifacts/artifacts.h"

namespace intelliclinix::runners {

Result<ArtifactBytes> MakeLabelMask(const Findings& findings) {
  const Labelling& labelling = findings.labelling;
  ArtifactBytes artifact{.kind = std::string(records::artifact_kind::kLabelMask),
                         .filename = labelling.stem + "_cp_masks.png",
                         .content_type = "image/png",
                         .bytes = {}};
  if (image::MaxLabel(labelling.labels) <= image::kMaxPngLabel) {
    IC_ASSIGN_OR_RETURN(artifact.bytes, image::EncodeLabelPng16(labelling.labels));
    return artifact;
  }
  artifact.filename = labelling.stem + "_cp_masks.tif";
  artifact.content_type = "image/tiff";
  IC_ASSIGN_OR_RETURN(artifact.bytes, image::EncodeLabelTiff32(labelling.labels));
  return artifact;
}

}  // namespace intelliclinix::runners
