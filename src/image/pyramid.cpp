#include "image/pyramid.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/digits.h"
#include "image/format_reader.h"
#include "image/pyramid_levels.h"
#include "image/pyramid_sink.h"

namespace intelliclinix::image {
namespace {

/// The smallest and the largest sample of each channel of floats.
class RangeSink final : public PixelSink {
 public:
  explicit RangeSink(int channels)
      : ranges_(static_cast<std::size_t>(channels),
                {std::numeric_limits<double>::max(), std::numeric_limits<double>::lowest()}) {}

  void Put(const PixelRun& run) noexcept override {
    const int kept = std::min(run.channels, static_cast<int>(ranges_.size()) - run.first_channel);
    const auto* const samples = reinterpret_cast<const float*>(run.samples);
    for (int c = 0; c < kept; ++c) {
      SampleRange& range = ranges_[static_cast<std::size_t>(run.first_channel) + static_cast<std::size_t>(c)];
      for (int i = 0; i < run.pixels; ++i) {
        const double value = samples[i * run.channels + c];
        range = {std::min(range.minimum, value), std::max(range.maximum, value)};
      }
    }
  }
  std::vector<SampleRange> Take() { return std::move(ranges_); }

 private:
  std::vector<SampleRange> ranges_;
};

Result<ScratchFile> TakeRoom(const PyramidLayout& layout, const PyramidPlace& place) {
  if (layout.bytes() > place.max_bytes) {
    return Fail(ErrorCode::kTooLarge, "The image takes " + GroupDigits(layout.bytes()) +
                                          " bytes to be looked at; the server has room for " +
                                          GroupDigits(place.max_bytes) + ". Download it to look at it.");
  }
  return ScratchFile::Create(place.folder, layout.bytes());
}

std::unique_ptr<Pyramid> Finish(PyramidLayout layout, ScratchFile file, Pyramid::Found found) {
  MakeSmallerLevels(layout, file);
  file.Seal();
  return std::make_unique<Pyramid>(std::move(layout), std::move(file), std::move(found));
}

Status ReadAllDepth(FormatReader& reader, int t, PixelSink& sink) {
  for (PlaneIndex plane{.t = t}; plane.z < reader.header().depth; ++plane.z) {
    IC_RETURN_IF_ERROR(reader.ReadPlane(plane, &sink));
  }
  return {};
}

/// The mean of all planes in depth into level 0, rounded to the nearest. Sums of 20,000 samples of 16 bits stay below
/// 2^32.
template <typename From, typename To>
Status WriteMean(FormatReader& reader, const PlaneSource& source, const PyramidPlace& place,
                 const PyramidLayout& layout, ScratchFile& file) {
  PyramidShape shape = layout.shape();
  shape.sample = PyramidSample::kUint32;
  const PyramidLayout sums_layout(shape);
  IC_ASSIGN_OR_RETURN(ScratchFile sums, TakeRoom(sums_layout, place));
  PyramidSink<From, std::uint32_t, AddSample> sink(sums_layout, sums, source.float_ranges);
  IC_RETURN_IF_ERROR(ReadAllDepth(reader, source.plane.t, sink));
  const std::size_t samples = static_cast<std::size_t>(shape.height) * shape.width * shape.channels;
  const auto* const from = reinterpret_cast<const std::uint32_t*>(sums.bytes().data());
  auto* const to = reinterpret_cast<To*>(file.bytes().data());
  const auto planes = static_cast<std::uint64_t>(reader.header().depth);
  constexpr std::size_t kReleaseSamples = 8 << 20;
  for (std::size_t i = 0; i < samples; ++i) {
    to[i] = static_cast<To>((from[i] + planes / 2) / planes);
    if ((i + 1) % kReleaseSamples != 0) continue;
    sums.Release();
    file.Release();
  }
  return {};
}

/// Level 0, which is zeros before.
template <typename From, typename To>
Status WriteLargestLevel(FormatReader& reader, const PlaneSource& source, const PyramidPlace& place,
                         const PyramidLayout& layout, ScratchFile& file) {
  if (source.projection == ZProjection::kMean) return WriteMean<From, To>(reader, source, place, layout, file);
  if (source.projection == ZProjection::kMax) {
    PyramidSink<From, To, PutLarger> sink(layout, file, source.float_ranges);
    return ReadAllDepth(reader, source.plane.t, sink);
  }
  PyramidSink<From, To> sink(layout, file, source.float_ranges);
  return reader.ReadPlane(source.plane, &sink);
}

template <typename From, typename To>
Result<std::unique_ptr<Pyramid>> Make(FormatReader& reader, const PlaneSource& source, const PyramidPlace& place) {
  const ImageHeader& header = reader.header();
  PyramidLayout layout({.height = header.height,
                        .width = header.width,
                        .channels = Colours(header),
                        .sample = sizeof(To) == 1 ? PyramidSample::kUint8 : PyramidSample::kUint16});
  IC_ASSIGN_OR_RETURN(ScratchFile file, TakeRoom(layout, place));
  IC_RETURN_IF_ERROR((WriteLargestLevel<From, To>(reader, source, place, layout, file)));
  std::vector<ChannelContrast> contrasts = ContrastsOf(layout, file, source.float_ranges);
  return Finish(std::move(layout), std::move(file), {.contrasts = std::move(contrasts)});
}

Result<std::unique_ptr<Pyramid>> MakeAny(FormatReader& reader, const PlaneSource& source, const PyramidPlace& place) {
  const ImageHeader& header = reader.header();
  const PlaneIndex plane{.z = source.projection == ZProjection::kNone ? source.plane.z : 0, .t = source.plane.t};
  if (plane.z < 0 || plane.z >= header.depth || plane.t < 0 || plane.t >= header.times) {
    return Fail(ErrorCode::kNotFound, "The file has no such plane: there are " + std::to_string(header.depth) +
                                          " in z and " + std::to_string(header.times) + " in time.");
  }
  switch (header.type) {
    case PixelType::kUint8:
      return Make<std::uint8_t, std::uint8_t>(reader, source, place);
    case PixelType::kUint16:
      return Make<std::uint16_t, std::uint16_t>(reader, source, place);
    case PixelType::kFloat32:
      break;
  }
  if (source.float_ranges.size() == static_cast<std::size_t>(Colours(header))) {
    return Make<float, std::uint16_t>(reader, source, place);
  }
  return Fail(ErrorCode::kInternal, "The ranges of the channels are of another file.");
}

}  // namespace

Result<std::vector<std::byte>> Pyramid::ReadTile(const TileIndex& tile, std::span<const int> channels) const {
  if (!layout_.Has(tile)) {
    return Fail(ErrorCode::kNotFound, "The image has no such tile; its view tells how many levels there are.");
  }
  const TileSize size = layout_.SizeOf(tile);
  const std::size_t plane = static_cast<std::size_t>(size.height) * size.width * BytesPerSample(layout_.shape().sample);
  std::vector<std::byte> samples(plane * channels.size());
  for (std::size_t i = 0; i < channels.size(); ++i) {
    IC_RETURN_IF_ERROR(file_.ReadAt(layout_.OffsetOf(tile, channels[i]), std::span(samples).subspan(i * plane, plane)));
  }
  return samples;
}

Result<std::vector<SampleRange>> ReadFloatRanges(ByteSource& file, const DecodeLimits& limits, std::string_view axes) {
  return WithMemory([&]() -> Result<std::vector<SampleRange>> {
    IC_ASSIGN_OR_RETURN(const std::unique_ptr<FormatReader> reader, OpenImage(file, limits, axes));
    const ImageHeader& header = reader->header();
    if (header.type != PixelType::kFloat32) return std::vector<SampleRange>();
    RangeSink sink(Colours(header));
    for (PlaneIndex plane; plane.t < header.times; ++plane.t) {
      for (plane.z = 0; plane.z < header.depth; ++plane.z) IC_RETURN_IF_ERROR(reader->ReadPlane(plane, &sink));
    }
    return sink.Take();
  });
}

Result<std::unique_ptr<Pyramid>> MakePyramid(ByteSource& file, const PlaneSource& source, const PyramidPlace& place) {
  return WithMemory([&]() -> Result<std::unique_ptr<Pyramid>> {
    IC_ASSIGN_OR_RETURN(const std::unique_ptr<FormatReader> reader, OpenImage(file, source.limits, source.axes));
    return MakeAny(*reader, source, place);
  });
}

Result<std::unique_ptr<Pyramid>> MakeLabelPyramid(ByteSource& file, const LabelLimits& limits,
                                                  const PyramidPlace& place) {
  return WithMemory([&]() -> Result<std::unique_ptr<Pyramid>> {
    IC_ASSIGN_OR_RETURN(const std::unique_ptr<LabelReader> reader, OpenLabels(file, limits));
    PyramidLayout layout({.height = reader->height(), .width = reader->width(), .sample = PyramidSample::kUint32});
    IC_ASSIGN_OR_RETURN(ScratchFile scratch, TakeRoom(layout, place));
    LabelPyramidSink sink(layout, scratch);
    IC_RETURN_IF_ERROR(reader->Read(sink));
    return Finish(std::move(layout), std::move(scratch), {.largest_label = sink.largest()});
  });
}

}  // namespace intelliclinix::image
