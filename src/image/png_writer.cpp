#include "image/png_writer.h"

#include <cstdio>
#include <new>
#include <string>

#include <png.h>
#include <zlib.h>

#include "image/drawing_png.h"
#include "image/format_reader.h"

namespace intelliclinix::image {
namespace {

/// Photographs, by libpng.
class PngWriter {
 public:
  PngWriter() = default;
  ~PngWriter() { png_destroy_write_struct(&png_, &info_); }
  PngWriter(const PngWriter&) = delete;
  PngWriter& operator=(const PngWriter&) = delete;

  Result<std::vector<std::byte>> Write(const PngShape& shape, PngRows& rows);

 private:
  [[noreturn]] static void OnError(png_structp png, png_const_charp message);
  static void OnWarning(png_structp, png_const_charp) {}
  static void OnWrite(png_structp png, png_bytep bytes, std::size_t count);
  static void OnFlush(png_structp) {}

  bool Append(const png_byte* bytes, std::size_t count) noexcept;
  void Describe(const PngShape& shape);

  JumpTarget jump_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  std::vector<std::byte> file_;
};

void PngWriter::OnError(png_structp png, png_const_charp message) {
  auto* self = static_cast<PngWriter*>(png_get_error_ptr(png));
  std::snprintf(self->jump_.message, sizeof self->jump_.message, "%s", message);
  std::longjmp(self->jump_.buffer, 1);
}

bool PngWriter::Append(const png_byte* bytes, std::size_t count) noexcept {
  try {
    const auto* first = reinterpret_cast<const std::byte*>(bytes);
    file_.insert(file_.end(), first, first + count);
    return true;
  } catch (const std::bad_alloc&) {
    return false;
  }
}

void PngWriter::OnWrite(png_structp png, png_bytep bytes, std::size_t count) {
  if (!static_cast<PngWriter*>(png_get_io_ptr(png))->Append(bytes, count)) png_error(png, "memory ran out");
}

void PngWriter::Describe(const PngShape& shape) {
  int colour = shape.channels == 1   ? PNG_COLOR_TYPE_GRAY
               : shape.channels == 3 ? PNG_COLOR_TYPE_RGB
                                     : PNG_COLOR_TYPE_RGBA;
  png_set_write_fn(png_, this, OnWrite, OnFlush);
  png_set_user_limits(png_, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  png_set_IHDR(png_, info_, static_cast<png_uint_32>(shape.width), static_cast<png_uint_32>(shape.height),
               shape.bit_depth, colour, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_set_compression_buffer_size(png_, 256 << 10);
  png_set_filter(png_, PNG_FILTER_TYPE_BASE, PNG_FILTER_SUB);
  png_set_compression_strategy(png_, Z_DEFAULT_STRATEGY);
  png_set_compression_level(png_, 1);
  png_write_info(png_, info_);
}

Result<std::vector<std::byte>> PngWriter::Write(const PngShape& shape, PngRows& rows) {
  png_ = png_create_write_struct(PNG_LIBPNG_VER_STRING, this, OnError, OnWarning);
  if (png_ != nullptr) info_ = png_create_info_struct(png_);
  if (info_ == nullptr) return Fail(ErrorCode::kResourceExhausted, "There is not enough memory to write the PNG.");
  bool written = RunGuarded(jump_, [this, &shape, &rows] {
    Describe(shape);
    for (int y = 0; y < shape.height; ++y) png_write_row(png_, reinterpret_cast<png_const_bytep>(rows.Row(y)));
    png_write_end(png_, info_);
  });
  if (!written) {
    return Fail(ErrorCode::kResourceExhausted, std::string("The PNG could not be written (") + jump_.message + ").");
  }
  return std::move(file_);
}

}  // namespace

Result<std::vector<std::byte>> WritePng(const PngShape& shape, PngContent content, PngRows& rows) {
  if (shape.height < 1 || shape.width < 1) return Fail(ErrorCode::kInvalidArgument, "The image has no pixels.");
  if (content == PngContent::kDrawing) return WriteDrawingPng(shape, rows);
  return PngWriter().Write(shape, rows);
}

}  // namespace intelliclinix::image
