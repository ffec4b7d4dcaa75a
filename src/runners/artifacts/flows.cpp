#include <cassert>

#include "image/encode.h"
#include "records/artifact.h"
#include "runners/artifacts/artifacts.h"

namespace intelliclinix::runners {

Result<ArtifactBytes> MakeFlows(const Findings& findings) {
  const FlowPlanes* const flows = findings.labelling.flows;
  assert(flows != nullptr);
  const image::NamedPlane planes[] = {
      {"flow_y", flows->flow_y}, {"flow_x", flows->flow_x}, {"cell_logit", flows->cell_logit}};
  ArtifactBytes artifact{.kind = std::string(records::artifact_kind::kFlows),
                         .filename = findings.labelling.stem + "_flows.tif",
                         .content_type = "image/tiff",
                         .bytes = {}};
  IC_ASSIGN_OR_RETURN(artifact.bytes, image::EncodePlanesTiff(planes));
  return artifact;
}

}  // namespace intelliclinix::runners
