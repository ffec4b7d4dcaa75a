#include "image/tiff_file.h"

#include <algorithm>
#include <cstdio>
#include <limits>
#include <new>
#include <string_view>

namespace intelliclinix::image {

TiffFile::TiffFile(ByteSource& file, std::uint64_t max_allocation_bytes) : cursor_(file) {
  std::unique_ptr<TIFFOpenOptions, decltype(&TIFFOpenOptionsFree)> options(TIFFOpenOptionsAlloc(), TIFFOpenOptionsFree);
  if (options == nullptr) throw std::bad_alloc();
  TIFFOpenOptionsSetMaxSingleMemAlloc(options.get(), static_cast<tmsize_t>(max_allocation_bytes));
  TIFFOpenOptionsSetErrorHandlerExtR(options.get(), OnError, this);
  TIFFOpenOptionsSetWarningHandlerExtR(options.get(), OnWarning, this);
  // "m": no memory mapping, all reads come through OnRead.
  tiff_.reset(TIFFClientOpenExt("image", "rm", this, OnRead, OnWrite, OnSeek, OnClose, OnSize, nullptr, nullptr,
                                options.get()));
}

int TiffFile::OnError(TIFF*, void* self, const char*, const char* format, va_list arguments) {
  TiffFile& file = *static_cast<TiffFile*>(self);
  if (file.message_[0] == '\0') std::vsnprintf(file.message_, sizeof file.message_, format, arguments);
  return 1;  // handled: libtiff's global handler, which prints, is not called
}

int TiffFile::OnWarning(TIFF*, void* self, const char*, const char* format, va_list arguments) {
  TiffFile& file = *static_cast<TiffFile*>(self);
  std::vsnprintf(file.warning_, sizeof file.warning_, format, arguments);
  return 1;
}

tmsize_t TiffFile::OnRead(thandle_t self, void* out, tmsize_t count) {
  if (count < 0) return -1;
  std::span<std::byte> bytes(static_cast<std::byte*>(out), static_cast<std::size_t>(count));
  return static_cast<tmsize_t>(static_cast<TiffFile*>(self)->cursor_.Read(bytes));
}

toff_t TiffFile::OnSeek(thandle_t self, toff_t offset, int whence) {
  SourceCursor& cursor = static_cast<TiffFile*>(self)->cursor_;
  toff_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? cursor.position() : cursor.size();
  cursor.Seek(base + offset);
  return cursor.position();
}

Status TiffFile::ReadBare(std::uint64_t offset, int sample_bytes, std::span<std::byte> out) {
  cursor_.Seek(offset);
  if (cursor_.Read(out) < out.size()) return std::unexpected(Failure());
  if (TIFFIsByteSwapped(tiff_.get()) == 0 || sample_bytes == 1) return {};
  for (std::size_t i = 0; i < out.size(); i += static_cast<std::size_t>(sample_bytes)) {
    std::ranges::reverse(out.subspan(i, static_cast<std::size_t>(sample_bytes)));
  }
  return {};
}

Error TiffFile::Failure() const {
  if (cursor_.error()) return *cursor_.error();
  std::string reason = message_;
  if (reason.empty()) {
    bool loops = std::string_view(warning_).find("loop") != std::string_view::npos;
    reason = loops ? "its directories form a loop" : "its directory cannot be read";
  }
  return Error{
      ErrorCode::kInvalidArgument, "The TIFF is damaged or incomplete (" + reason + "). Copy or export it again.", {}};
}

}  // namespace intelliclinix::image
