// A labelling becomes the files that clients download. One file a format; every runner can use them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "runners/artifacts/cells.h"
#include "runners/artifacts/labelling.h"
#include "runners/model_runner.h"

namespace intelliclinix::runners {

/// What the formats share. Borrows all.
struct Findings {
  const Labelling& labelling;
  const std::vector<Cell>& cells;            ///< MeasureCells of the labelling
  const std::vector<std::uint8_t>& outline;  ///< image::OutlinePixels of the labels; empty where no format needs it
  const std::vector<std::uint8_t>& colours;  ///< image::AssignColours of the labels; likewise
};

/// `<stem>_cp_masks.png`, 16 bit, value = label; `<stem>_cp_masks.tif`, 32 bit, above 65,535 objects.
Result<ArtifactBytes> MakeLabelMask(const Findings& findings);

/// `<stem>_class_mask.png`: RGB, the colour of nuclei on black.
Result<ArtifactBytes> MakeClassMask(const Findings& findings);

/// `<stem>_instance_mask.png`: RGB, one colour an object, neighbours in different ones.
Result<ArtifactBytes> MakeInstanceMask(const Findings& findings);

/// `<stem>_overlay.png`: RGBA, outlines and faint areas on a transparent background.
Result<ArtifactBytes> MakeOverlay(const Findings& findings);

/// `<stem>_composite.png`: RGB, the outlines on the image as a screen shows it.
Result<ArtifactBytes> MakeComposite(const Findings& findings);

/// `<stem>_cp_outlines.txt`: one line an object, "x,y,x,y,...", the pixels that go around it.
/// Source: Cellpose's `outlines_to_text`.
Result<ArtifactBytes> MakeOutlines(const Findings& findings);

/// `<stem>_rois.zip`: an ImageJ ROI an object, named by its label, along the edges of its pixels.
/// Source: ImageJ's RoiDecoder and RoiEncoder.
Result<ArtifactBytes> MakeRois(const Findings& findings);

/// `<stem>.geojson`: QuPath detections with measurements; the ids are UUIDs made from the labelling's identity and the
/// label.
/// Source: RFC 7946, with x and y in px; RFC 9562 (version 8).
Result<ArtifactBytes> MakeGeojson(const Findings& findings);

/// `<stem>_coco.json`: one image, one annotation an object whose id is the label; run lengths in place of polygons for
/// objects with holes.
Result<ArtifactBytes> MakeCoco(const Findings& findings);

/// `<stem>_measurements.csv`: one row an object: label, box, and MeasurementColumns.
Result<ArtifactBytes> MakeMeasurements(const Findings& findings);

/// `<stem>_nuclei.json`: {image_id, nuclei: [{id, polygon, bbox, stats}]}, in px of the whole image; the polygon is the
/// outer ring of the largest piece.
Result<ArtifactBytes> MakeNucleiJson(const Findings& findings);

/// `<stem>_seg.npy`: labels, outlines and, where there are any, flows, as Cellpose's GUI opens them.
/// Source: Cellpose 3.1's `masks_flows_to_seg`.
Result<ArtifactBytes> MakeSegNpy(const Findings& findings);

/// `<stem>_flows.tif`: float pages flow_y, flow_x and cell_logit, as the network gave them. The labelling has flows.
Result<ArtifactBytes> MakeFlows(const Findings& findings);

/// The artifacts of `kinds`, those that OutputsParameter lists, in their order, computed on the context's pool.
/// Errors: kCancelled after `context.stop`; those of the encoders.
Result<std::vector<ArtifactBytes>> MakeArtifacts(const Labelling& labelling, const std::vector<std::string>& kinds,
                                                 const RunContext& context);

}  // namespace intelliclinix::runners
