#include "image/preview.h"

#include <memory>

#include "image/encode.h"
#include "image/format_reader.h"
#include "image/shown.h"

namespace intelliclinix::image {

Result<std::vector<std::byte>> MakePreview(ByteSource& file, const DecodeLimits& limits, std::string_view axes) {
  return WithMemory([&]() -> Result<std::vector<std::byte>> {
    IC_ASSIGN_OR_RETURN(std::unique_ptr<FormatReader> reader, OpenImage(file, limits, axes));
    IC_ASSIGN_OR_RETURN(Image shown, ReadShown(*reader, {kMaxPreviewSide, kMaxPreviewSamples}));
    reader.reset();
    return EncodePng(shown, PngContent::kPhotograph);
  });
}

}  // namespace intelliclinix::image
