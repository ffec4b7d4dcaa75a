#include <cstdio>
#include <string>
#include <vector>

#include <jerror.h>
#include <jpeglib.h>

#include "base/digits.h"
#include "image/exif.h"
#include "image/format_reader.h"
#include "image/source_cursor.h"

namespace intelliclinix::image {
namespace {

/// A progressive JPEG can hold any number of scans, each of which costs a pass over the whole image. Encoders write
/// about ten.
constexpr int kMaxScans = 100;

class JpegReader final : public FormatReader {
 public:
  explicit JpegReader(ByteSource& file) : cursor_(file), buffer_(16 << 10) {}
  ~JpegReader() override { jpeg_destroy_decompress(&jpeg_); }

  Status Open(int orientation, const DecodeLimits& limits);
  const ImageHeader& header() const override { return header_; }
  Status ReadPlane(const PlaneIndex& plane, PixelSink* sink) override;

 private:
  static JpegReader& Self(j_common_ptr jpeg) { return *static_cast<JpegReader*>(jpeg->client_data); }
  [[noreturn]] static void OnError(j_common_ptr jpeg);
  static void OnMessage(j_common_ptr jpeg, int level);
  static void OnOutput(j_common_ptr) {}
  static void OnProgress(j_common_ptr jpeg);
  static void OnStart(j_decompress_ptr) {}
  static boolean OnFill(j_decompress_ptr jpeg);
  static void OnSkip(j_decompress_ptr jpeg, long count);

  [[noreturn]] void Jump(const char* message);
  void Connect();
  Status CheckKind(const DecodeLimits& limits) const;
  void ReadRows(JSAMPROW row, PixelSink* sink);
  PixelRun RunOf(const JSAMPLE* row, int y) const;
  Error Failure() const;

  SourceCursor cursor_;
  std::vector<JOCTET> buffer_;
  JumpTarget jump_;
  jpeg_error_mgr errors_{};
  jpeg_source_mgr source_{};
  jpeg_progress_mgr progress_{};
  jpeg_decompress_struct jpeg_{};
  Placement place_;
  ImageHeader header_;
};

void JpegReader::Jump(const char* message) {
  std::snprintf(jump_.message, sizeof jump_.message, "%s", message);
  std::longjmp(jump_.buffer, 1);
}

void JpegReader::OnError(j_common_ptr jpeg) {
  char message[JMSG_LENGTH_MAX];
  jpeg->err->format_message(jpeg, message);
  Self(jpeg).Jump(message);
}

/// libjpeg goes on after damage with made-up pixels and a warning; here that is an error. A few warnings are harmless.
void JpegReader::OnMessage(j_common_ptr jpeg, int level) {
  int code = jpeg->err->msg_code;
  if (level >= 0 || code == JWRN_ADOBE_XFORM || code == JWRN_JFIF_MAJOR || code == JWRN_EXTRANEOUS_DATA) return;
  OnError(jpeg);
}

void JpegReader::OnProgress(j_common_ptr jpeg) {
  if (reinterpret_cast<j_decompress_ptr>(jpeg)->input_scan_number > kMaxScans) Self(jpeg).Jump("it has too many scans");
}

boolean JpegReader::OnFill(j_decompress_ptr jpeg) {
  JpegReader& self = Self(reinterpret_cast<j_common_ptr>(jpeg));
  std::size_t count = self.cursor_.Read(std::as_writable_bytes(std::span(self.buffer_)));
  if (count == 0) self.Jump("the file ends early");
  self.source_.next_input_byte = self.buffer_.data();
  self.source_.bytes_in_buffer = count;
  return TRUE;
}

void JpegReader::OnSkip(j_decompress_ptr jpeg, long count) {
  jpeg_source_mgr& source = *jpeg->src;
  if (count <= 0) return;
  auto left = static_cast<std::size_t>(count);
  if (left > source.bytes_in_buffer) {
    JpegReader& self = Self(reinterpret_cast<j_common_ptr>(jpeg));
    self.cursor_.Seek(self.cursor_.position() + left - source.bytes_in_buffer);
    left = source.bytes_in_buffer;
  }
  source.next_input_byte += left;
  source.bytes_in_buffer -= left;
}

Error JpegReader::Failure() const {
  if (cursor_.error()) return *cursor_.error();
  return Error{ErrorCode::kInvalidArgument,
               std::string("The JPEG is damaged, incomplete or of a kind that cannot be read (") + jump_.message +
                   "). Copy or export it again, or save it as PNG or TIFF.",
               {}};
}

void JpegReader::Connect() {
  errors_.error_exit = OnError;
  errors_.emit_message = OnMessage;
  errors_.output_message = OnOutput;
  source_.init_source = OnStart;
  source_.fill_input_buffer = OnFill;
  source_.skip_input_data = OnSkip;
  source_.resync_to_restart = jpeg_resync_to_restart;
  source_.term_source = OnStart;
  progress_.progress_monitor = OnProgress;
}

Status JpegReader::Open(int orientation, const DecodeLimits& limits) {
  jpeg_.err = jpeg_std_error(&errors_);
  Connect();
  jpeg_.client_data = this;
  bool read = RunGuarded(jump_, [this] {
    jpeg_create_decompress(&jpeg_);
    jpeg_.src = &source_;
    jpeg_.progress = &progress_;
    jpeg_read_header(&jpeg_, TRUE);
  });
  if (!read) return std::unexpected(Failure());
  IC_RETURN_IF_ERROR(CheckKind(limits));
  place_ = PlaceUpright(static_cast<int>(jpeg_.image_height), static_cast<int>(jpeg_.image_width), orientation);
  header_.format = ImageHeader::Format::kJpeg;
  header_.height = place_.height;
  header_.width = place_.width;
  header_.channels = jpeg_.num_components;
  header_.axes = header_.channels > 1 ? "YXC" : "YX";
  return {};
}

Status JpegReader::CheckKind(const DecodeLimits& limits) const {
  if (jpeg_.jpeg_color_space == JCS_CMYK || jpeg_.jpeg_color_space == JCS_YCCK) {
    return Fail(ErrorCode::kInvalidArgument,
                "The JPEG has CMYK (print) colours, which cannot be segmented. Save it as RGB or grey.");
  }
  if (jpeg_.num_components != 1 && jpeg_.num_components != 3) {
    return Fail(ErrorCode::kInvalidArgument, "The JPEG has " + std::to_string(jpeg_.num_components) +
                                                 " components; only grey and RGB can be read. Save it as one of them.");
  }
  bool whole = jpeg_.progressive_mode != 0 || jpeg_.comps_in_scan < jpeg_.num_components;
  std::uint64_t bytes = std::uint64_t{sizeof(JCOEF)} * jpeg_.image_height * jpeg_.image_width * jpeg_.num_components;
  if (whole && bytes > limits.max_block_bytes) {
    return Fail(ErrorCode::kTooLarge, "The JPEG is progressive and takes " + GroupDigits(bytes) +
                                          " bytes to decode; at most " + GroupDigits(limits.max_block_bytes) +
                                          " are allowed. Save it as baseline JPEG, PNG or TIFF.");
  }
  return {};
}

/// A stored row, upright: turned by a quarter it is a column.
PixelRun JpegReader::RunOf(const JSAMPLE* row, int y) const {
  std::ptrdiff_t first = place_.origin + y * place_.row_step;
  std::ptrdiff_t second = first + (jpeg_.output_width > 1 ? place_.column_step : 0);
  return {.samples = reinterpret_cast<const std::byte*>(row),
          .pixels = static_cast<int>(jpeg_.output_width),
          .y = static_cast<int>(first / place_.width),
          .x = static_cast<int>(first % place_.width),
          .y_step = static_cast<int>(second / place_.width - first / place_.width),
          .x_step = static_cast<int>(second % place_.width - first % place_.width),
          .channels = header_.channels};
}

void JpegReader::ReadRows(JSAMPROW row, PixelSink* sink) {
  jpeg_.out_color_space = jpeg_.num_components == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_.dct_method = JDCT_ISLOW;
  jpeg_.do_block_smoothing = FALSE;
  jpeg_start_decompress(&jpeg_);
  if (jpeg_.output_components != header_.channels) Jump("rows of unexpected length");
  while (jpeg_.output_scanline < jpeg_.output_height) {
    int y = static_cast<int>(jpeg_.output_scanline);
    if (jpeg_read_scanlines(&jpeg_, &row, 1) != 1) Jump("the file ends early");
    if (sink != nullptr) sink->Put(RunOf(row, y));
  }
  jpeg_finish_decompress(&jpeg_);
}

Status JpegReader::ReadPlane(const PlaneIndex&, PixelSink* sink) {
  std::vector<JSAMPLE> row(static_cast<std::size_t>(jpeg_.image_width) * header_.channels);
  JSAMPROW samples = row.data();
  if (!RunGuarded(jump_, [this, samples, sink] { ReadRows(samples, sink); })) return std::unexpected(Failure());
  return {};
}

}  // namespace

Result<std::unique_ptr<FormatReader>> OpenJpeg(ByteSource& file, const DecodeLimits& limits) {
  IC_ASSIGN_OR_RETURN(int orientation, JpegOrientation(file));
  auto reader = std::make_unique<JpegReader>(file);
  IC_RETURN_IF_ERROR(reader->Open(orientation, limits));
  return reader;
}

}  // namespace intelliclinix::image
