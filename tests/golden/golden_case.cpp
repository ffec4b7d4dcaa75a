#include "golden/golden_case.h"

#include <algorithm>
#include <set>
#include <stdexcept>

#include "base/byte_source.h"
#include "base/file.h"
#include "base/json.h"
#include "image/decode.h"
#include "nn/npy.h"

namespace intelliclinix::golden {
namespace {

std::filesystem::path CasesFolder() { return SourceFolder() / "tests" / "golden" / "cases"; }

template <typename T>
void Take(const Json& object, const char* name, T& value) {
  if (object.contains(name)) value = object.at(name).get<T>();
}

std::optional<double> Number(const Json& object, const char* name) {
  if (!object.contains(name)) return std::nullopt;
  return object.at(name).get<double>();
}

cellpose::NormalizeOptions ReadNormalize(const Json& object) {
  cellpose::NormalizeOptions normalize;
  Take(object, "percentile", normalize.percentile);
  Take(object, "tile_norm_blocksize", normalize.tile_norm_blocksize);
  Take(object, "sharpen_radius", normalize.sharpen_radius);
  Take(object, "smooth_radius", normalize.smooth_radius);
  if (object.contains("lowhigh")) {
    normalize.lowhigh = object.at("lowhigh").get<std::array<std::array<double, 2>, 2>>();
  }
  return normalize;
}

cellpose::Options ReadOptions(const Json& params) {
  cellpose::Options options;
  if (params.contains("normalize")) options.normalize = ReadNormalize(params.at("normalize"));
  Take(params, "invert", options.normalize.invert);
  Take(params, "channels", options.channels);
  Take(params, "diameter", options.diameter);
  Take(params, "flow_threshold", options.flow_threshold);
  Take(params, "cellprob_threshold", options.cellprob_threshold);
  Take(params, "min_size", options.min_size);
  Take(params, "max_size_fraction", options.max_size_fraction);
  Take(params, "niter", options.niter);
  Take(params, "resample", options.resample);
  Take(params, "interp", options.interp);
  Take(params, "augment", options.augment);
  Take(params, "tile_overlap", options.tile_overlap);
  Take(params, "bsize", options.bsize);
  return options;
}

}  // namespace

std::filesystem::path SourceFolder() { return INTELLICLINIX_SOURCE_DIR; }

std::vector<std::string> CaseNames(const std::string& file) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(CasesFolder())) {
    if (std::filesystem::exists(entry.path() / file)) names.insert(entry.path().filename().string());
  }
  return {names.begin(), names.end()};
}

GoldenCase ReadCase(const std::string& name) {
  const std::filesystem::path folder = CasesFolder() / name;
  const std::filesystem::path file = folder / "case.json";
  const Json json = Must(ParseJson(Must(ReadTextFile(file), file)), file);
  return {.folder = folder,
          .options = ReadOptions(json.at("params")),
          .rescale = json.at("rescale").get<double>(),
          .network_shape = json.at("network_shape").get<std::array<int, 2>>(),
          .objects = json.at("objects").get<std::size_t>(),
          .diameter_style = Number(json, "diameter_style"),
          .diameter_estimated = Number(json, "diameter_estimated"),
          .ap50 = Number(json, "ap50"),
          .ap75 = Number(json, "ap75")};
}

std::optional<nn::Tensor> ReadArray(const GoldenCase& golden, const std::string& file) {
  const std::filesystem::path path = golden.folder / file;
  if (!std::filesystem::exists(path)) return std::nullopt;
  return Must(nn::ReadNpy(*Must(FileSource::Open(path), path)), path);
}

image::Image ReadImage(const std::filesystem::path& file) {
  return Must(image::Decode(*Must(FileSource::Open(file), file)), file);
}

image::LabelImage ReadLabels(const std::filesystem::path& file) {
  const image::Image image = ReadImage(file);
  if (image.channels != 1 || image.type == image::PixelType::kFloat32) {
    throw std::runtime_error(file.string() + ": is not a label image");
  }
  image::LabelImage labels(image.height, image.width);
  if (image.type == image::PixelType::kUint8) {
    std::copy_n(image.As<std::uint8_t>(), labels.labels.size(), labels.labels.begin());
  } else {
    std::copy_n(image.As<std::uint16_t>(), labels.labels.size(), labels.labels.begin());
  }
  return labels;
}

}  // namespace intelliclinix::golden
