// Images that belong together, as they were uploaded.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/object_id.h"

namespace intelliclinix::records {

/// How large a pixel is in the specimen. Units: µm.
struct PixelSizeUm {
  double x = 0;
  double y = 0;
};

/// What is known of an image without decoding it again.
struct ImageFacts {
  int height = 0;              ///< px
  int width = 0;               ///< px
  int channels = 0;            ///< colours; alpha is not counted
  int bit_depth = 8;           ///< 8, 16, 32 or 64, as stored
  std::string content_type{};  ///< "image/png", "image/jpeg", "image/tiff"
  bool browser_shows = false;  ///< every browser shows it as it is (8-bit PNG, JPEG)
  std::string axes{};          ///< slowest first, for example "YX", "YXC", "CYX", "TZCYX"; empty in older documents
  int depth = 1;               ///< planes in z
  int times = 1;               ///< points in time
  std::vector<std::string> channel_names{};    ///< one a channel, "" where it has none; or empty: nothing is told
  std::optional<PixelSizeUm> pixel_size_um{};  ///< where the file tells it
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
