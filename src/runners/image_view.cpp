#include "runners/image_view.h"

#include <utility>

#include "image/decode_labels.h"
#include "image/thumbnail.h"
#include "runners/channel_colours.h"

namespace intelliclinix::runners {
namespace {

/// Files whose ranges are remembered; they are few numbers each.
constexpr std::size_t kMaxRanges = 10'000;

image::LabelLimits LabelLimitsOf(const SourceLimits& limits) {
  return {.size = std::nullopt, .max_pixels = limits.max_pixels};
}

/// Three channels of 8 bits that a file keeps together, and does not name, are colours.
bool IsRgb(const image::ImageHeader& header) {
  const bool pages = header.axes.substr(0, header.axes.find("YX")).contains('C');
  const int colours = header.channels - (header.has_alpha ? 1 : 0);
  return header.type == image::PixelType::kUint8 && colours == 3 && !pages && header.channel_names.empty();
}

std::string NameOf(const ViewFacts& facts, std::size_t channel) {
  constexpr const char* kColours[] = {"Red", "Green", "Blue"};
  if (facts.rgb) return kColours[channel];
  const std::vector<std::string>& names = facts.facts.channel_names;
  if (channel < names.size() && !names[channel].empty()) return names[channel];
  return facts.facts.channels == 1 ? "Intensity" : "Channel " + std::to_string(channel + 1);
}

}  // namespace

Result<ViewFacts> ReadViewFacts(ByteSource& file, const SourceLimits& limits, bool may_be_labels,
                                std::string_view axes) {
  if (may_be_labels) {
    if (const auto labels = image::OpenLabels(file, LabelLimitsOf(limits))) {
      return ViewFacts{.labels = true,
                       .facts = {.height = (*labels)->height(), .width = (*labels)->width(), .channels = 1}};
    }
  }
  IC_ASSIGN_OR_RETURN(const image::ImageHeader header, image::ReadHeader(file, DecodeLimitsOf(limits), axes));
  return ViewFacts{
      .rgb = IsRgb(header), .stretched = header.type == image::PixelType::kFloat32, .facts = FactsOf(header)};
}

ImageView::ImageView(ViewFacts facts, std::unique_ptr<const image::Pyramid> pyramid)
    : facts_(std::move(facts)), pyramid_(std::move(pyramid)) {}

std::string_view ImageView::sample() const {
  switch (pyramid_->layout().shape().sample) {
    case image::PyramidSample::kUint8:
      return "uint8";
    case image::PyramidSample::kUint16:
      return "uint16";
    case image::PyramidSample::kUint32:
      break;
  }
  return "uint32";
}

std::vector<ViewChannel> ImageView::Channels() const {
  std::vector<ViewChannel> channels;
  const std::vector<image::ChannelContrast>& contrasts = pyramid_->found().contrasts;
  for (std::size_t i = 0; i < contrasts.size(); ++i) {
    constexpr const char* kRgb[] = {"#ff0000", "#00ff00", "#0000ff"};
    const image::ChannelContrast& contrast = contrasts[i];
    const std::string name = NameOf(facts_, i);
    channels.push_back(
        {.name = name,
         .color = facts_.rgb ? std::string(kRgb[i]) : ChannelColour(name, static_cast<int>(i), facts_.facts.channels),
         .minimum = contrast.range.minimum,
         .maximum = contrast.range.maximum,
         .low = contrast.low,
         .high = contrast.high,
         .histogram = contrast.histogram});
  }
  return channels;
}

Result<std::unique_ptr<ImageView>> ImageViewer::Make(ByteSource& file, const ViewRequest& request) {
  IC_ASSIGN_OR_RETURN(ViewFacts facts, ReadViewFacts(file, limits_, request.may_be_labels, request.axes));
  if (facts.labels) {
    if (request.plane.z != 0 || request.plane.t != 0) {
      return Fail(ErrorCode::kNotFound, "The file has no such plane: a label mask has one.");
    }
    IC_ASSIGN_OR_RETURN(auto pyramid, image::MakeLabelPyramid(file, LabelLimitsOf(limits_), place_));
    return std::make_unique<ImageView>(std::move(facts), std::move(pyramid));
  }
  image::PlaneSource source{.limits = DecodeLimitsOf(limits_),
                            .axes = request.axes,
                            .plane = request.plane,
                            .projection = request.projection,
                            .float_ranges = {}};
  IC_ASSIGN_OR_RETURN(source.float_ranges, FloatRangesOf(file, request, facts));
  IC_ASSIGN_OR_RETURN(auto pyramid, image::MakePyramid(file, source, place_));
  return std::make_unique<ImageView>(std::move(facts), std::move(pyramid));
}

Result<ImageViewer::Ranges> ImageViewer::FloatRangesOf(ByteSource& file, const ViewRequest& request,
                                                       const ViewFacts& facts) {
  if (!facts.stretched) return Ranges();
  {
    const std::scoped_lock lock(mutex_);
    const auto found = ranges_.find(request.file_id);
    if (found != ranges_.end()) return found->second;
  }
  IC_ASSIGN_OR_RETURN(Ranges ranges, image::ReadFloatRanges(file, DecodeLimitsOf(limits_), request.axes));
  const std::scoped_lock lock(mutex_);
  if (ranges_.size() >= kMaxRanges) ranges_.clear();
  ranges_[request.file_id] = ranges;
  return ranges;
}

Result<std::vector<std::byte>> MakeThumbnail(ByteSource& file, int side, const SourceLimits& limits,
                                             std::string_view axes) {
  return image::MakeThumbnail(file, side, DecodeLimitsOf(limits), axes);
}

}  // namespace intelliclinix::runners
