// multipart/form-data while it arrives (RFC 7578, RFC 2046).
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace intelliclinix::http {

/// What stands above a part's bytes.
struct PartHead {
  std::string name;                     ///< of the form field
  std::optional<std::string> filename;  ///< exactly as sent, quotes and escapes taken off; UTF-8; may be any text, so
                                        ///< never a path. `filename*` wins over `filename`.
  std::string content_type;             ///< empty when not sent
};

/// The error for a body that is no multipart form. `what` ends the sentence.
std::unexpected<Error> MalformedMultipart(std::string_view what, std::string_view field = "body");

/// Reads a part's head: its lines, without the empty one that ends it.
/// Errors: kInvalidArgument for bad syntax, a missing form-data disposition or name, names that are not UTF-8 or have
/// control characters, and transfer encodings such as base64. Their field is "body", or the part's name where the file
/// name is at fault.
Result<PartHead> ParsePartHead(std::string_view lines);

/// Who takes the parts. An error stops the parser and comes out of Write.
struct MultipartCallbacks {
  std::function<Status(const PartHead& head)> on_part;
  std::function<Status(std::span<const std::byte> bytes)> on_data;  ///< any number of times
  std::function<Status()> on_part_end;
};

struct MultipartLimits {
  std::size_t max_parts = 10'000;
  std::size_t max_head_bytes = 8 << 10;  ///< of one part
};

/// The boundary of a Content-Type field's value. Errors: kInvalidArgument (field "Content-Type") when it is not
/// multipart/form-data or its boundary is missing or not 1..70 characters that RFC 2046 allows.
Result<std::string> MultipartBoundary(std::string_view content_type);

/// A push parser: takes pieces of any size, keeps at most one piece of 64 KiB and one part's head.
/// Threads: one. Errors: kInvalidArgument for bad syntax, kTooLarge for a limit, both with field "body" (see
/// ParsePartHead); after one, every call returns it.
class MultipartParser {
 public:
  /// `boundary` as MultipartBoundary gives it.
  MultipartParser(std::string_view boundary, MultipartCallbacks callbacks, MultipartLimits limits = {});

  Status Write(std::span<const std::byte> bytes);
  /// Call when the body has ended. Errors: the body ended before its closing boundary.
  Status Finish();

 private:
  enum class State { kBegin, kAfterDelimiter, kHead, kPartBegin, kBody, kEnd };
  enum class Step { kMoved, kNeedMore };

  Status Parse();
  Result<Step> ParseOnce();
  Result<Step> ParseBegin();
  Result<Step> ParseAfterDelimiter();
  Result<Step> ParseHead();
  Result<Step> ParsePartBegin();
  Result<Step> ParseBody();
  Result<Step> ParseEnd();
  Status EmitData(std::size_t count);
  void Take(std::size_t count);

  std::string delimiter_;  // CRLF "--" boundary
  MultipartCallbacks callbacks_;
  MultipartLimits limits_;
  State state_ = State::kBegin;
  std::string pending_;    // bytes that no step has taken yet
  std::size_t taken_ = 0;  // of pending_
  std::size_t parts_ = 0;
  Status status_;
};

}  // namespace intelliclinix::http
