#include "api/image_views.h"

#include <algorithm>

namespace intelliclinix::api {

std::string ViewedPlane::Name() const {
  const std::string depth = projection == image::ZProjection::kMax    ? "max"
                            : projection == image::ZProjection::kMean ? "mean"
                                                                      : std::to_string(index.z);
  return depth + "-" + std::to_string(index.t);
}

ImageViews::ImageViews(store::Store& store, ComputePool& pool, const ImageViewOptions& options,
                       const runners::SourceLimits& limits)
    : store_(store),
      pool_(pool),
      viewer_({.folder = options.folder, .max_bytes = options.max_bytes}, limits),
      views_({.max_bytes = options.max_bytes, .threads = options.threads}),
      thumbnails_({.max_bytes = options.thumbnail_bytes, .max_entries = 10'000, .threads = options.threads}) {}

/// work(bytes of the file, axes), with the axes that a person told where the file does not tell them itself.
template <typename Work>
auto ImageViews::WithAxes(const ViewedFile& file, const Work& work) {
  using Answer = decltype(work(std::declval<ByteSource&>(), std::string()));
  Result<std::unique_ptr<ByteSource>> bytes = store_.OpenBlob(file.id);
  if (!bytes) return Answer(std::unexpected(bytes.error()));
  Answer answer = work(**bytes, std::string());
  if (answer || answer.error().field != "axes") return answer;
  const Result<std::string> axes = AxesOf(file);
  if (!axes) return Answer(std::unexpected(axes.error()));
  return axes->empty() ? std::move(answer) : work(**bytes, *axes);
}

/// As they stand in the file's dataset; empty where it is in none.
Result<std::string> ImageViews::AxesOf(const ViewedFile& file) {
  store::PageRequest page{.limit = 100, .after = {}};
  do {
    IC_ASSIGN_OR_RETURN(const auto found, store_.ListDatasets(file.owner, page));
    for (const records::Dataset& dataset : found.items) {
      const auto at = std::ranges::find(dataset.files, file.id, &records::SourceFile::blob_id);
      if (at != dataset.files.end()) return at->image.axes;
    }
    page.after = found.next_after;
  } while (page.after);
  return std::string();
}

Result<runners::ViewFacts> ImageViews::ReadFacts(const ViewedFile& file) {
  return WithAxes(file, [&](ByteSource& bytes, const std::string& axes) {
    return runners::ReadViewFacts(bytes, viewer_.limits(), file.may_be_labels, axes);
  });
}

void ImageViews::Open(const ViewedFile& file, const ViewedPlane& plane, Views::Then then) {
  const std::string key = file.id.ToString() + "/" + plane.Name();
  auto make = [this, file, plane]() -> Result<std::pair<Views::Shared, std::uint64_t>> {
    const ComputePool::Seat seat(pool_);
    IC_ASSIGN_OR_RETURN(std::unique_ptr<runners::ImageView> view,
                        WithAxes(file, [&](ByteSource& bytes, const std::string& axes) {
                          return viewer_.Make(bytes, {.file_id = file.id,
                                                      .may_be_labels = file.may_be_labels,
                                                      .axes = axes,
                                                      .plane = plane.index,
                                                      .projection = plane.projection});
                        }));
    const std::uint64_t size = view->bytes();
    return std::pair(Views::Shared(std::move(view)), size);
  };
  views_.Get(key, std::move(make), std::move(then));
}

void ImageViews::Thumbnail(const ViewedFile& file, int side, Thumbnails::Then then) {
  const std::string key = file.id.ToString() + "/" + std::to_string(side);
  auto make = [this, file, side]() -> Result<std::pair<Thumbnails::Shared, std::uint64_t>> {
    const ComputePool::Seat seat(pool_);
    IC_ASSIGN_OR_RETURN(std::vector<std::byte> png, WithAxes(file, [&](ByteSource& bytes, const std::string& axes) {
                          return runners::MakeThumbnail(bytes, side, viewer_.limits(), axes);
                        }));
    const std::uint64_t size = png.size();
    return std::pair(std::make_shared<const std::vector<std::byte>>(std::move(png)), size);
  };
  thumbnails_.Get(key, std::move(make), std::move(then));
}

}  // namespace intelliclinix::api
