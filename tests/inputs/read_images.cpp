// read_images FILE... reads images as uploads are read, and puts the samples of all planes, [t, z, y, x, channel] in
// native byte order, into FILE.raw. Prints one line of JSON a file: its facts, or the error.
#include <fstream>
#include <iostream>

#include "base/byte_source.h"
#include "base/json.h"
#include "image/decode.h"
#include "image/preview.h"

namespace {

using namespace intelliclinix;

const char* TypeName(image::PixelType type) {
  return type == image::PixelType::kUint8 ? "uint8" : type == image::PixelType::kUint16 ? "uint16" : "float32";
}

Result<Json> Read(const std::string& path) {
  IC_ASSIGN_OR_RETURN(const auto file, FileSource::Open(path));
  IC_ASSIGN_OR_RETURN(const image::ImageHeader header, image::Check(*file));
  IC_RETURN_IF_ERROR(image::MakePreview(*file));
  std::ofstream raw(path + ".raw", std::ios::binary);
  Json json = {{"axes", header.axes},           {"shape", Json()},     {"type", Json()}, {"bits", header.stored_bits},
               {"names", header.channel_names}, {"pixel_size", Json()}};
  if (header.pixel_size_um) json["pixel_size"] = {header.pixel_size_um->x, header.pixel_size_um->y};
  for (image::PlaneRequest request; request.plane.t < header.times; ++request.plane.t) {
    for (request.plane.z = 0; request.plane.z < header.depth; ++request.plane.z) {
      IC_ASSIGN_OR_RETURN(const image::Image plane, image::Decode(*file, {}, request));
      raw.write(plane.As<char>(), static_cast<std::streamsize>(plane.samples.size()));
      json["shape"] = {header.times, header.depth, plane.height, plane.width, plane.channels};
      json["type"] = TypeName(plane.type);
    }
  }
  return json;
}

}  // namespace

int main(int count, char** arguments) {
  for (int i = 1; i < count; ++i) {
    const Result<Json> read = Read(arguments[i]);
    std::cout << DumpJson(read ? *read : Json{{"error", read.error().message}, {"field", read.error().field}}) << '\n';
  }
  return 0;
}
