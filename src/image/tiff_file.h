// A TIFF file opened by libtiff on a ByteSource.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>

#include <tiffio.h>

#include "base/byte_source.h"
#include "base/result.h"
#include "image/source_cursor.h"

namespace intelliclinix::image {

/// Owns libtiff's handle; keeps what libtiff says off standard error.
/// Threads: one.
class TiffFile {
 public:
  /// Borrows: `file`. libtiff takes no block of memory larger than `max_allocation_bytes`.
  TiffFile(ByteSource& file, std::uint64_t max_allocation_bytes);
  TiffFile(const TiffFile&) = delete;
  TiffFile& operator=(const TiffFile&) = delete;

  /// Null when the first directory could not be read; Failure() says why.
  TIFF* handle() const { return tiff_.get(); }
  std::uint64_t size() const { return cursor_.size(); }

  /// The value of a tag with one number, or nothing where the tag is missing.
  template <typename T>
  std::optional<T> Get(std::uint32_t tag) const {
    T value{};
    if (TIFFGetField(tiff_.get(), tag, &value) != 1) return std::nullopt;
    return value;
  }

  /// Fills `out` with samples of `sample_bytes` that lie at `offset` without compression, in native byte order.
  /// Errors: kInvalidArgument when the file ends early; those of the source.
  Status ReadBare(std::uint64_t offset, int sample_bytes, std::span<std::byte> out);

  /// The error that the source or libtiff reported first.
  Error Failure() const;

 private:
  static int OnError(TIFF*, void* self, const char* module, const char* format, va_list arguments);
  static int OnWarning(TIFF*, void* self, const char* module, const char* format, va_list arguments);
  static tmsize_t OnRead(thandle_t self, void* out, tmsize_t count);
  static tmsize_t OnWrite(thandle_t, void*, tmsize_t) { return -1; }
  static toff_t OnSeek(thandle_t self, toff_t offset, int whence);
  static int OnClose(thandle_t) { return 0; }
  static toff_t OnSize(thandle_t self) { return static_cast<TiffFile*>(self)->cursor_.size(); }

  struct Close {
    void operator()(TIFF* tiff) const { TIFFClose(tiff); }
  };
  SourceCursor cursor_;
  char message_[200] = "";  // the first error
  char warning_[200] = "";  // the last warning: libtiff calls a loop of directories no more than that
  std::unique_ptr<TIFF, Close> tiff_;
};

}  // namespace intelliclinix::image
