// Images that belong together, as they were uploaded.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/object_id.h"

namespace intelliclinix::records {

/// What is known of an image without decoding it again.
struct ImageFacts {
  int height = 0;              ///< px
  int width = 0;               ///< px
  int channels = 0;            ///< colours; alpha is not counted
  int bit_depth = 8;           ///< 8, 16 or 32 (float)
  std::string content_type;    ///< "image/png", "image/jpeg", "image/tiff"
  bool browser_shows = false;  ///< every browser shows it as it is (8-bit PNG, JPEG)
};

/// One uploaded image.
struct SourceFile {
  ObjectId blob_id;                    ///< the bytes as uploaded
  std::optional<ObjectId> preview_id;  ///< a PNG for browsers, where they cannot show the original
  std::string filename;                ///< exactly as uploaded, unique in its dataset
  ImageFacts image;
  std::uint64_t bytes = 0;
  std::string sha256;
};

struct Dataset {
  ObjectId id;
  ObjectId owner_id;
  std::string name;
  std::string model_id;             ///< as given at upload; may be empty
  std::string input_type = "flat";  ///< any number of images
  TimePoint created_at;
  std::vector<SourceFile> files;
};

}  // namespace intelliclinix::records
