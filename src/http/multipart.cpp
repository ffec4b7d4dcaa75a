#include "http/multipart.h"

#include <algorithm>

#include "base/digits.h"

namespace intelliclinix::http {
namespace {

constexpr std::size_t kPieceBytes = 64 << 10;

}  // namespace

MultipartParser::MultipartParser(std::string_view boundary, MultipartCallbacks callbacks, MultipartLimits limits)
    : delimiter_("\r\n--"), callbacks_(std::move(callbacks)), limits_(limits), pending_("\r\n") {
  // The first delimiter has no line end before it; pending_ begins with one so that all delimiters look alike.
  delimiter_ += boundary;
}

Status MultipartParser::Write(std::span<const std::byte> bytes) {
  while (status_ && !bytes.empty()) {
    const auto piece = bytes.first(std::min(bytes.size(), kPieceBytes));
    bytes = bytes.subspan(piece.size());
    pending_.append(reinterpret_cast<const char*>(piece.data()), piece.size());
    status_ = Parse();
  }
  return status_;
}

Status MultipartParser::Finish() {
  if (status_ && state_ != State::kEnd) status_ = MalformedMultipart("it ends before its closing boundary.");
  if (status_ && taken_ != pending_.size()) status_ = MalformedMultipart("it goes on after its closing boundary.");
  return status_;
}

Status MultipartParser::Parse() {
  for (;;) {
    IC_ASSIGN_OR_RETURN(const Step step, ParseOnce());
    if (step == Step::kNeedMore) break;
  }
  pending_.erase(0, taken_);
  taken_ = 0;
  return {};
}

Result<MultipartParser::Step> MultipartParser::ParseOnce() {
  switch (state_) {
    case State::kBegin:
      return ParseBegin();
    case State::kAfterDelimiter:
      return ParseAfterDelimiter();
    case State::kHead:
      return ParseHead();
    case State::kPartBegin:
      return ParsePartBegin();
    case State::kBody:
      return ParseBody();
    case State::kEnd:
      return ParseEnd();
  }
  return Step::kNeedMore;
}

void MultipartParser::Take(std::size_t count) { taken_ += count; }

Result<MultipartParser::Step> MultipartParser::ParseBegin() {
  const std::string_view rest = std::string_view(pending_).substr(taken_);
  const std::size_t known = std::min(rest.size(), delimiter_.size());
  if (rest.substr(0, known) != std::string_view(delimiter_).substr(0, known)) {
    return MalformedMultipart("it does not begin with the boundary that Content-Type names.");
  }
  if (known < delimiter_.size()) return Step::kNeedMore;
  Take(delimiter_.size());
  state_ = State::kAfterDelimiter;
  return Step::kMoved;
}

Result<MultipartParser::Step> MultipartParser::ParseAfterDelimiter() {
  std::string_view rest = std::string_view(pending_).substr(taken_);
  // RFC 2046 allows blanks between a boundary and its line end.
  const std::size_t blanks = std::min(rest.find_first_not_of(" \t"), rest.size());
  Take(blanks);
  rest.remove_prefix(blanks);
  if (rest.size() < 2) return Step::kNeedMore;
  if (rest.starts_with("--")) {
    state_ = State::kEnd;
  } else if (rest.starts_with("\r\n")) {
    state_ = State::kHead;
  } else {
    return MalformedMultipart("a boundary is followed by other text.");
  }
  Take(2);
  return Step::kMoved;
}

Result<MultipartParser::Step> MultipartParser::ParseHead() {
  const std::string_view rest = std::string_view(pending_).substr(taken_);
  const std::size_t end = rest.find("\r\n\r\n");
  // Three bytes of an end that is not whole yet may have come already.
  const bool found = end != std::string_view::npos;
  if ((found ? end : rest.size()) > limits_.max_head_bytes + (found ? 0 : 3)) {
    return Fail(ErrorCode::kTooLarge,
                "The head of a form part has more than " + GroupDigits(limits_.max_head_bytes) +
                    " bytes; shorten its file name.",
                "body");
  }
  if (!found) return Step::kNeedMore;
  if (++parts_ > limits_.max_parts) {
    return Fail(ErrorCode::kTooLarge,
                "The form has more than " + GroupDigits(limits_.max_parts) + " parts. Send fewer files at a time.",
                "body");
  }
  IC_ASSIGN_OR_RETURN(const PartHead head, ParsePartHead(rest.substr(0, end)));
  IC_RETURN_IF_ERROR(callbacks_.on_part(head));
  // The empty line stays: a part without bytes may use it as the begin of its delimiter (RFC 2046 section 5.1.1).
  Take(end + 2);
  state_ = State::kPartBegin;
  return Step::kMoved;
}

Result<MultipartParser::Step> MultipartParser::ParsePartBegin() {
  const std::string_view rest = std::string_view(pending_).substr(taken_);
  if (rest.size() < delimiter_.size() && std::string_view(delimiter_).starts_with(rest)) return Step::kNeedMore;
  if (!rest.starts_with(delimiter_)) Take(2);
  state_ = State::kBody;
  return Step::kMoved;
}

Status MultipartParser::EmitData(std::size_t count) {
  const std::string_view bytes = std::string_view(pending_).substr(taken_, count);
  Take(count);
  return bytes.empty() ? Status() : callbacks_.on_data(std::as_bytes(std::span(bytes)));
}

Result<MultipartParser::Step> MultipartParser::ParseBody() {
  const std::string_view rest = std::string_view(pending_).substr(taken_);
  const std::size_t at = rest.find(delimiter_);
  if (at == std::string_view::npos) {
    if (rest.size() >= delimiter_.size()) IC_RETURN_IF_ERROR(EmitData(rest.size() - delimiter_.size() + 1));
    return Step::kNeedMore;
  }
  IC_RETURN_IF_ERROR(EmitData(at));
  IC_RETURN_IF_ERROR(callbacks_.on_part_end());
  Take(delimiter_.size());
  state_ = State::kAfterDelimiter;
  return Step::kMoved;
}

Result<MultipartParser::Step> MultipartParser::ParseEnd() {
  const std::string_view rest = std::string_view(pending_).substr(taken_);
  if (!std::string_view("\r\n").starts_with(rest.substr(0, 2)) || rest.size() > 2) {
    return MalformedMultipart("it goes on after its closing boundary.");
  }
  if (rest.size() == 2) Take(2);
  return Step::kNeedMore;
}

}  // namespace intelliclinix::http
