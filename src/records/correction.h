// What people made of a machine's label image.
#pragma once

#include <cstdint>
#include <string>

#include "base/clock.h"
#include "base/object_id.h"
#include "records/artifact.h"

namespace intelliclinix::records {

/// How the machine's label image agrees with a correction, which is taken for the truth.
struct CorrectionScores {
  std::uint32_t objects = 0;          ///< of the correction
  std::uint32_t machine_objects = 0;  ///< of the machine's label image
  double ap50 = 0;                    ///< average precision at an intersection over union of 0.5
  double ap75 = 0;                    ///< at 0.75
  double f1 = 0;                      ///< at 0.5
};

/// A label image for one source image of an inference, as somebody drew it. It is never changed: who corrects again
/// makes another version.
struct Correction {
  ObjectId id;
  ObjectId inference_id;
  ObjectId owner_id;
  ObjectId source_id;           ///< the source image's file as uploaded
  std::string source_filename;  ///< of that file
  int version = 0;              ///< 1, 2, 3, ... of this image in this inference
  Artifact file;                ///< of kind artifact_kind::kCorrection
  std::string note;             ///< what its maker says of it; may be empty
  CorrectionScores scores;
  TimePoint created_at{};
};

}  // namespace intelliclinix::records
