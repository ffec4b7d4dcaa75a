// Source images and label masks as a viewer reads them: tile by tile, at any size.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_source.h"
#include "base/object_id.h"
#include "base/result.h"
#include "image/pyramid.h"
#include "records/dataset.h"
#include "runners/source_image.h"

namespace intelliclinix::runners {

/// What a file is, told from its head.
struct ViewFacts {
  bool labels = false;          ///< a label mask: a pixel's value is the number of its object
  bool rgb = false;             ///< colours of 8 bits that belong together
  bool stretched = false;       ///< samples are mapped: the range of their channel became 0 to 65,535
  records::ImageFacts facts{};  ///< of labels only the size is told
};

/// `may_be_labels`: whether a grey image of whole numbers is one of labels: what was made for an inference. `axes` as
/// CheckSourceImage takes them. Errors: as CheckSourceImage.
Result<ViewFacts> ReadViewFacts(ByteSource& file, const SourceLimits& limits, bool may_be_labels,
                                std::string_view axes = {});

/// How a channel is shown at first. Numbers are in units of the file.
struct ViewChannel {
  std::string name;
  std::string color;  ///< "#rrggbb"
  double minimum = 0;
  double maximum = 0;
  double low = 0;  ///< of the contrast that suits it
  double high = 0;
  std::array<std::uint32_t, 256> histogram{};  ///< from minimum to maximum
};

/// One plane of a file. Threads: any.
class ImageView {
 public:
  ImageView(ViewFacts facts, std::unique_ptr<const image::Pyramid> pyramid);

  static constexpr int kTileSide = image::PyramidLayout::kTileSide;
  const ViewFacts& facts() const { return facts_; }
  int levels() const { return pyramid_->layout().levels(); }
  std::string_view sample() const;  ///< "uint8", "uint16" or "uint32"
  int channel_count() const { return pyramid_->layout().shape().channels; }
  std::uint32_t largest_label() const { return pyramid_->found().largest_label; }
  /// Of labels none.
  std::vector<ViewChannel> Channels() const;
  /// On disk. Units: bytes.
  std::uint64_t bytes() const { return pyramid_->layout().bytes(); }

  /// As image::Pyramid::ReadTile. `channels` must be there.
  Result<std::vector<std::byte>> ReadTile(const image::TileIndex& tile, std::span<const int> channels) const {
    return pyramid_->ReadTile(tile, channels);
  }

 private:
  const ViewFacts facts_;
  const std::unique_ptr<const image::Pyramid> pyramid_;
};

/// A plane of a file to be looked at, or its planes in depth made one.
struct ViewRequest {
  ObjectId file_id;
  bool may_be_labels = false;
  std::string axes{};
  image::PlaneIndex plane{};
  image::ZProjection projection = image::ZProjection::kNone;
};

/// Makes views, and remembers of files of floats the range of their samples, which all of their planes share.
/// Threads: any.
class ImageViewer {
 public:
  ImageViewer(image::PyramidPlace place, const SourceLimits& limits) : place_(std::move(place)), limits_(limits) {}

  const SourceLimits& limits() const { return limits_; }
  /// Errors: as CheckSourceImage and image::MakePyramid; kNotFound for a plane that is not there.
  Result<std::unique_ptr<ImageView>> Make(ByteSource& file, const ViewRequest& request);

 private:
  using Ranges = std::vector<image::SampleRange>;
  Result<Ranges> FloatRangesOf(ByteSource& file, const ViewRequest& request, const ViewFacts& facts);

  const image::PyramidPlace place_;
  const SourceLimits limits_;
  std::mutex mutex_;
  std::map<ObjectId, Ranges> ranges_;
};

/// A PNG that fits `side` x `side` px. Errors: as CheckSourceImage.
Result<std::vector<std::byte>> MakeThumbnail(ByteSource& file, int side, const SourceLimits& limits,
                                             std::string_view axes = {});

}  // namespace intelliclinix::runners
