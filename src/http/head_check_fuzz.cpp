// Any bytes: a head that CheckHead accepts must be one that the parser reads too, and its target must not crash.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "http/head_check.h"
#include "http/request_parser.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace intelliclinix::http;
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const std::optional<std::size_t> end = FindHeadEnd(text);
  if (!end) return 0;
  const std::string_view head = text.substr(0, *end);
  if (CheckHead(head)) return 0;
  RequestParser parser;
  Request request;
  if (parser.ReadHead(head, request)) return 0;
  std::string_view rest = text.substr(*end);
  std::byte out[7];
  while (!parser.body_done()) {
    const RequestParser::Decoded decoded = parser.DecodeBody(rest, out);
    if (decoded.consumed > rest.size() || decoded.produced > sizeof(out)) std::abort();
    if (decoded.problem || (decoded.consumed == 0 && decoded.produced == 0)) break;
    rest.remove_prefix(decoded.consumed);
  }
  return 0;
}
