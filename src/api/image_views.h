// Images that are being looked at: opened once for all who ask, and kept while there is room.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "base/compute_pool.h"
#include "base/shared_cache.h"
#include "runners/image_view.h"
#include "store/store.h"

namespace intelliclinix::api {

/// Where views are kept, and how much of them; configuration.
struct ImageViewOptions {
  std::string folder;                        ///< must be there
  std::uint64_t max_bytes = 4ULL << 30;      ///< on disk, of all views
  std::uint64_t thumbnail_bytes = 64 << 20;  ///< in memory, of all thumbnails
  int threads = 2;                           ///< that open images, and as many that make thumbnails
};

/// A file whose owner was checked.
struct ViewedFile {
  ObjectId id;
  ObjectId owner;
  bool may_be_labels = false;  ///< as runners::ReadViewFacts takes it
};

/// What is looked at of a stack.
struct ViewedPlane {
  image::PlaneIndex index{};  ///< its z is 0 where there is a projection
  image::ZProjection projection = image::ZProjection::kNone;

  /// What tells it from others of its file.
  std::string Name() const;
};

/// Views and thumbnails of files of a store. What takes time is done on threads of its own.
/// Threads: any.
class ImageViews {
 public:
  using Views = SharedCache<runners::ImageView>;
  using Thumbnails = SharedCache<std::vector<std::byte>>;

  /// Borrows: `store` and `pool`, in which it takes seats.
  ImageViews(store::Store& store, ComputePool& pool, const ImageViewOptions& options,
             const runners::SourceLimits& limits);

  /// What the file is. Reads its head. Errors: those of the store; as runners::ReadViewFacts.
  Result<runners::ViewFacts> ReadFacts(const ViewedFile& file);

  /// Calls `then` with the view of one plane, or of planes made one. Errors in it: as runners::ImageViewer::Make and
  /// SharedCache::Get.
  void Open(const ViewedFile& file, const ViewedPlane& plane, Views::Then then);

  /// Calls `then` with a PNG that fits `side` x `side` px. Errors in it: as runners::MakeThumbnail and
  /// SharedCache::Get.
  void Thumbnail(const ViewedFile& file, int side, Thumbnails::Then then);

 private:
  template <typename Work>
  auto WithAxes(const ViewedFile& file, const Work& work);
  Result<std::string> AxesOf(const ViewedFile& file);

  store::Store& store_;
  ComputePool& pool_;
  runners::ImageViewer viewer_;
  Views views_;
  Thumbnails thumbnails_;
};

}  // namespace intelliclinix::api
