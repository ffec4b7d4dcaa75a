// What goes into the archive of an inference, under which names.
#pragma once

#include <string>
#include <vector>

#include "api/safe_name.h"
#include "base/json.h"
#include "base/zip_records.h"
#include "records/correction.h"
#include "records/inference.h"
#include "store/blob_store.h"

namespace intelliclinix::api {

/// The files of an archive: one folder a source image, in it the original, the artifacts and what people corrected.
struct ArchivePlan {
  std::vector<ZipEntry> entries;  ///< `manifest.json` first
  std::vector<ObjectId> blobs;    ///< of the entries after the first
  std::string manifest;           ///< the inference's document, and path, SHA-256 and size of every other entry
};

/// Folders of the images, in their order: the stem of the image's name; where stems collide, the whole name; where that
/// is taken too, a number. All are safe and none is "manifest.json".
std::vector<std::string> ArchiveFolders(const std::vector<records::ImageResult>& results);

/// Looks every file up, so that an archive that is begun can be ended. `corrections` of the inference go into the
/// folder corrections/ of their image, as `<stem>_correction_v<version>` with the extension of their type.
/// Errors: kNotFound naming a file that the store has lost.
Result<ArchivePlan> PlanArchive(store::BlobStore& blobs, const records::Inference& inference,
                                const std::vector<records::Correction>& corrections = {});

}  // namespace intelliclinix::api
