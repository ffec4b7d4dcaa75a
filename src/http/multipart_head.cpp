#include <algorithm>

#include "http/multipart.h"
#include "http/parameters.h"
#include "http/text.h"

namespace intelliclinix::http {
namespace {

// Browsers write a quote as %22 and nothing else so (https://html.spec.whatwg.org/#multipart-form-data); line breaks
// become %0D and %0A, which are refused below.
std::string UnescapeQuotes(std::string text) {
  constexpr std::pair<std::string_view, char> kEscapes[] = {{"%22", '"'}, {"%0D", '\r'}, {"%0A", '\n'}};
  for (const auto& [escape, plain] : kEscapes) {
    for (std::size_t at = text.find(escape); at != std::string::npos; at = text.find(escape, at + 1)) {
      text.replace(at, escape.size(), 1, plain);
    }
  }
  return text;
}

Status CheckText(std::string_view text, std::string_view what) {
  if (!IsUtf8(text)) return MalformedMultipart("a part's " + std::string(what) + " is not UTF-8.");
  if (HasControls(text)) return MalformedMultipart("a part's " + std::string(what) + " has a control character.");
  return {};
}

// A file's name is a person's to change, so the form field that it stands in is at fault.
std::string FieldOf(const PartHead& head) { return head.name.empty() ? "body" : head.name; }

Status CheckFilename(const PartHead& head) {
  const std::string field = FieldOf(head);
  if (!IsUtf8(*head.filename)) return MalformedMultipart("a file's name is not UTF-8; rename the file.", field);
  if (HasControls(*head.filename))
    return MalformedMultipart("a file's name has a control character; rename the file.", field);
  return {};
}

Status ReadFilename(const ParameterizedValue& disposition, PartHead& head) {
  if (const std::string* extended = disposition.Find("filename*")) {
    head.filename = DecodeExtendedValue(*extended);
    if (!head.filename) return MalformedMultipart("a part's filename* is not of the form UTF-8''name.", FieldOf(head));
  } else if (const std::string* plain = disposition.Find("filename")) {
    head.filename = UnescapeQuotes(*plain);
  }
  return head.filename ? CheckFilename(head) : Status();
}

Status ReadDisposition(std::string_view value, PartHead& head, bool& seen) {
  if (seen) return MalformedMultipart("a part has two Content-Disposition lines.");
  seen = true;
  const std::optional<ParameterizedValue> disposition = ParseParameterized(value);
  if (!disposition || !EqualsIgnoreCase(disposition->value, "form-data")) {
    return MalformedMultipart("a part's Content-Disposition is not form-data with parameters.");
  }
  const std::string* name = disposition->Find("name");
  if (name == nullptr) return MalformedMultipart("a part's Content-Disposition has no name.");
  head.name = UnescapeQuotes(*name);
  IC_RETURN_IF_ERROR(CheckText(head.name, "name"));
  return ReadFilename(*disposition, head);
}

Status CheckTransferEncoding(std::string_view value) {
  for (const std::string_view plain : {"binary", "8bit", "7bit"}) {
    if (EqualsIgnoreCase(value, plain)) return {};
  }
  return Fail(ErrorCode::kInvalidArgument,
              "A form part has the transfer encoding '" + std::string(value) +
                  "', which is not supported; send the file as it is.",
              "body");
}

Status ReadLine(std::string_view line, PartHead& head, bool& has_disposition) {
  const std::size_t colon = line.find(':');
  const std::string_view name = line.substr(0, colon);
  if (colon == std::string_view::npos || !IsToken(name))
    return MalformedMultipart("a part's head has a line that is no field.");
  const std::string_view value = TrimBlanks(line.substr(colon + 1));
  if (EqualsIgnoreCase(name, "Content-Disposition")) return ReadDisposition(value, head, has_disposition);
  if (EqualsIgnoreCase(name, "Content-Transfer-Encoding")) return CheckTransferEncoding(value);
  if (EqualsIgnoreCase(name, "Content-Type")) {
    head.content_type = value;
    return CheckText(value, "Content-Type");
  }
  return {};
}

bool IsBoundaryChar(char c) {
  const bool alphanumeric = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return alphanumeric || (c != '\0' && std::string_view("'()+_,-./:=? ").find(c) != std::string_view::npos);
}

}  // namespace

std::unexpected<Error> MalformedMultipart(std::string_view what, std::string_view field) {
  return Invalid("The multipart body is damaged: " + std::string(what), field);
}

Result<PartHead> ParsePartHead(std::string_view lines) {
  PartHead head;
  bool has_disposition = false;
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find("\r\n"), lines.size());
    IC_RETURN_IF_ERROR(ReadLine(lines.substr(0, end), head, has_disposition));
    lines.remove_prefix(std::min(end + 2, lines.size()));
  }
  if (!has_disposition) return MalformedMultipart("a part has no Content-Disposition.");
  return head;
}

Result<std::string> MultipartBoundary(std::string_view content_type) {
  const std::optional<ParameterizedValue> type = ParseParameterized(content_type);
  if (!type || !EqualsIgnoreCase(type->value, "multipart/form-data")) {
    return Fail(ErrorCode::kInvalidArgument, "Send the form as multipart/form-data with a boundary.", "Content-Type");
  }
  const std::string* boundary = type->Find("boundary");
  const bool valid = boundary != nullptr && !boundary->empty() && boundary->size() <= 70 && boundary->back() != ' ' &&
                     std::ranges::all_of(*boundary, IsBoundaryChar);
  if (!valid) {
    return Fail(ErrorCode::kInvalidArgument,
                "The multipart boundary is missing or is not 1 to 70 characters that RFC 2046 allows.", "Content-Type");
  }
  return *boundary;
}

}  // namespace intelliclinix::http
