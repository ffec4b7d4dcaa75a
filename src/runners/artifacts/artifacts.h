// A labelling becomes the files that clients download. One file a format; every runner can use them.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "image/image.h"
#include "runners/model_runner.h"

namespace intelliclinix::runners {

/// What a runner found in an image. Borrows all. `source` and `labels` have the same size.
struct Labelling {
  const image::Image& source;
  const image::LabelImage& labels;  ///< label n is the same object in every artifact
  const std::string& stem;          ///< file names begin with it
};

/// `<stem>_cp_masks.png`, 16 bit, value = label; `<stem>_cp_masks.tif`, 32 bit, above 65,535 objects.
Result<ArtifactBytes> MakeLabelMask(const Labelling& labelling);

/// `<stem>_class_mask.png`: RGB, the colour of nuclei on black.
Result<ArtifactBytes> MakeClassMask(const Labelling& labelling);

/// `<stem>_instance_mask.png`: RGB, one colour an object, neighbours in different ones.
Result<ArtifactBytes> MakeInstanceMask(const Labelling& labelling);

/// `<stem>_overlay.png`: RGBA, outlines and faint areas on a transparent background.
Result<ArtifactBytes> MakeOverlay(const Labelling& labelling);

/// `<stem>_composite.png`: RGB, the outlines on the image as a screen shows it.
Result<ArtifactBytes> MakeComposite(const Labelling& labelling);

/// `<stem>_cp_outlines.txt`: one line an object, "x,y,x,y,...", the pixels that go around it.
/// Source: Cellpose's `outlines_to_text`.
Result<ArtifactBytes> MakeOutlines(const Labelling& labelling);

/// `<stem>_measurements.csv`: one row an object, columns named as those of scikit-image's `regionprops_table`; lengths
/// in px, intensities as in the source, of each channel.
Result<ArtifactBytes> MakeMeasurements(const Labelling& labelling);

/// All of the above that the context wants, in that order, computed on its pool.
/// Errors: kCancelled after `context.stop`; those of the encoders.
Result<std::vector<ArtifactBytes>> MakeArtifacts(const Labelling& labelling, const RunContext& context);

}  // namespace intelliclinix::runners
