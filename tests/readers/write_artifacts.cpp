// write_artifacts IMAGE LABELS FOLDER PIXEL_Y PIXEL_X: every artifact that needs no network, of a label image (16-bit
// PNG or float TIFF) over an image of the same size. PIXEL_Y, PIXEL_X: µm, 0 where they are not known.
#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "base/byte_source.h"
#include "base/file.h"
#include "image/decode.h"
#include "runners/artifacts/artifacts.h"
#include "runners/artifacts/outputs.h"

namespace intelliclinix {
namespace {

Result<image::Image> Read(const char* path) {
  IC_ASSIGN_OR_RETURN(const auto file, FileSource::Open(path));
  return image::Decode(*file);
}

image::LabelImage ToLabels(const image::Image& image) {
  image::LabelImage labels(image.height, image.width);
  for (std::size_t i = 0; i < labels.labels.size(); ++i) {
    labels.labels[i] = image.type == image::PixelType::kFloat32 ? static_cast<std::uint32_t>(image.As<float>()[i])
                                                                : image.As<std::uint16_t>()[i];
  }
  return labels;
}

Status Write(char** arguments) {
  IC_ASSIGN_OR_RETURN(const image::Image source, Read(arguments[1]));
  IC_ASSIGN_OR_RETURN(const image::Image label_file, Read(arguments[2]));
  const image::LabelImage labels = ToLabels(label_file);
  const std::filesystem::path path = arguments[1];
  runners::Labelling labelling{
      .source = source, .labels = labels, .stem = path.stem(), .filename = path.filename(), .identity = "made"};
  const records::PixelSizeUm pixel_size{.x = std::atof(arguments[5]), .y = std::atof(arguments[4])};
  if (pixel_size.x > 0) labelling.pixel_size = pixel_size;
  ComputePool pool(2);
  IC_ASSIGN_OR_RETURN(const auto artifacts,
                      runners::MakeArtifacts(labelling, runners::OutputsParameter(false).choices, {.pool = pool}));
  for (const runners::ArtifactBytes& artifact : artifacts) {
    IC_RETURN_IF_ERROR(WriteFileAtomically(std::filesystem::path(arguments[3]) / artifact.filename, artifact.bytes));
  }
  return {};
}

}  // namespace
}  // namespace intelliclinix

int main(int count, char** arguments) {
  if (count != 6) return 2;
  const intelliclinix::Status status = intelliclinix::Write(arguments);
  if (status) return 0;
  std::cerr << status.error().message << "\n";
  return 1;
}
