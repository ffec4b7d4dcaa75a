#include <bit>
#include <cstdio>
#include <string>
#include <vector>

#include <png.h>

#include "image/format_reader.h"
#include "image/source_cursor.h"

namespace intelliclinix::image {
namespace {

class PngReader final : public FormatReader {
 public:
  explicit PngReader(ByteSource& file) : cursor_(file) {}
  ~PngReader() override { png_destroy_read_struct(&png_, &info_, nullptr); }

  Status Open();
  const ImageHeader& header() const override { return header_; }
  Status ReadPlane(const PlaneIndex& plane, PixelSink* sink) override;

 private:
  [[noreturn]] static void OnError(png_structp png, png_const_charp message);
  static void OnWarning(png_structp, png_const_charp) {}
  static void OnRead(png_structp png, png_bytep out, std::size_t count);

  ImageHeader HeaderOf() const;
  void SetTransforms();
  std::size_t RowBytes() const {
    return static_cast<std::size_t>(header_.width) * Colours(header_) * BytesPerSample(header_.type);
  }
  void ReadRows(std::byte* row, PixelSink* sink);
  void ReadPass(std::byte* row, int pass, PixelSink* sink);
  Error Failure() const;

  SourceCursor cursor_;
  JumpTarget jump_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  ImageHeader header_;
};

void PngReader::OnError(png_structp png, png_const_charp message) {
  auto* self = static_cast<PngReader*>(png_get_error_ptr(png));
  std::snprintf(self->jump_.message, sizeof self->jump_.message, "%s", message);
  std::longjmp(self->jump_.buffer, 1);
}

void PngReader::OnRead(png_structp png, png_bytep out, std::size_t count) {
  auto* self = static_cast<PngReader*>(png_get_io_ptr(png));
  if (self->cursor_.Read(std::as_writable_bytes(std::span(out, count))) < count) png_error(png, "the file ends early");
}

Error PngReader::Failure() const {
  if (cursor_.error()) return *cursor_.error();
  return Error{ErrorCode::kInvalidArgument,
               std::string("The PNG is damaged or incomplete (") + jump_.message + "). Copy or export it again.",
               {}};
}

Status PngReader::Open() {
  png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, OnError, OnWarning);
  if (png_ != nullptr) info_ = png_create_info_struct(png_);
  if (info_ == nullptr) return Fail(ErrorCode::kResourceExhausted, "There is not enough memory to read the PNG.");
  bool read = RunGuarded(jump_, [this] {
    png_set_read_fn(png_, this, OnRead);
    png_set_user_limits(png_, PNG_UINT_31_MAX, PNG_UINT_31_MAX);  // the caller names the limit better than libpng
    png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
    png_read_info(png_, info_);
  });
  if (!read) return std::unexpected(Failure());
  header_ = HeaderOf();
  return {};
}

ImageHeader PngReader::HeaderOf() const {
  int colour = png_get_color_type(png_, info_);
  bool transparent = png_get_valid(png_, info_, PNG_INFO_tRNS) != 0;
  ImageHeader header;
  header.format = ImageHeader::Format::kPng;
  header.height = static_cast<int>(png_get_image_height(png_, info_));
  header.width = static_cast<int>(png_get_image_width(png_, info_));
  header.has_alpha = (colour & PNG_COLOR_MASK_ALPHA) != 0 || transparent;
  header.channels = ((colour & PNG_COLOR_MASK_COLOR) != 0 ? 3 : 1) + (header.has_alpha ? 1 : 0);
  header.type = png_get_bit_depth(png_, info_) == 16 ? PixelType::kUint16 : PixelType::kUint8;
  header.stored_bits = 8 * BytesPerSample(header.type);
  header.axes = Colours(header) > 1 ? "YXC" : "YX";
  return header;
}

void PngReader::SetTransforms() {
  png_set_expand(png_);  // palettes to RGB, 1 to 4 bits to 8, tRNS to alpha
  png_set_strip_alpha(png_);
  if (header_.type == PixelType::kUint16 && std::endian::native == std::endian::little) png_set_swap(png_);
}

/// Each pass of an interlaced file is an image of its own of every n-th row and column; libpng leaves them apart when
/// it is not asked to weave them, which would take the whole image in memory.
void PngReader::ReadPass(std::byte* row, int pass, PixelSink* sink) {
  auto height = static_cast<png_uint_32>(header_.height);
  auto width = static_cast<png_uint_32>(header_.width);
  int rows = static_cast<int>(PNG_PASS_ROWS(height, pass));
  PixelRun run{.samples = row,
               .pixels = static_cast<int>(PNG_PASS_COLS(width, pass)),
               .y = PNG_PASS_START_ROW(pass),
               .x = PNG_PASS_START_COL(pass),
               .x_step = PNG_PASS_COL_OFFSET(pass),
               .channels = Colours(header_)};
  if (run.pixels == 0) return;
  for (int i = 0; i < rows; ++i, run.y += PNG_PASS_ROW_OFFSET(pass)) {
    png_read_row(png_, reinterpret_cast<png_bytep>(row), nullptr);
    if (sink != nullptr) sink->Put(run);
  }
}

void PngReader::ReadRows(std::byte* row, PixelSink* sink) {
  bool interlaced = png_get_interlace_type(png_, info_) != PNG_INTERLACE_NONE;
  SetTransforms();
  png_read_update_info(png_, info_);
  if (png_get_rowbytes(png_, info_) != RowBytes()) png_error(png_, "rows of unexpected length");
  for (int pass = 0; interlaced && pass < PNG_INTERLACE_ADAM7_PASSES; ++pass) ReadPass(row, pass, sink);
  for (int y = 0; !interlaced && y < header_.height; ++y) {
    png_read_row(png_, reinterpret_cast<png_bytep>(row), nullptr);
    if (sink != nullptr) sink->Put({.samples = row, .pixels = header_.width, .y = y, .channels = Colours(header_)});
  }
  png_read_end(png_, nullptr);
}

Status PngReader::ReadPlane(const PlaneIndex&, PixelSink* sink) {
  std::vector<std::byte> row(RowBytes());
  std::byte* first = row.data();
  if (!RunGuarded(jump_, [this, first, sink] { ReadRows(first, sink); })) return std::unexpected(Failure());
  return {};
}

}  // namespace

Result<std::unique_ptr<FormatReader>> OpenPng(ByteSource& file, const DecodeLimits&) {
  auto reader = std::make_unique<PngReader>(file);
  IC_RETURN_IF_ERROR(reader->Open());
  return reader;
}

}  // namespace intelliclinix::image
