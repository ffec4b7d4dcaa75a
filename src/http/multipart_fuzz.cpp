// Any body, in pieces of any size: the parts must not depend on where the pieces end.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "http/multipart.h"

namespace {

using namespace intelliclinix;

std::string Record(std::span<const std::byte> body, std::size_t piece_bytes) {
  std::string record;
  http::MultipartCallbacks callbacks{.on_part = [&](const http::PartHead& head) -> Status {
                                       record += "[" + head.name + "|" + head.filename.value_or("-") + "|" +
                                                 head.content_type + "|";
                                       return {};
                                     },
                                     .on_data = [&](std::span<const std::byte> bytes) -> Status {
                                       record.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
                                       return {};
                                     },
                                     .on_part_end = [&]() -> Status {
                                       record += "]";
                                       return {};
                                     }};
  http::MultipartParser parser("b", callbacks, {.max_parts = 5, .max_head_bytes = 200});
  while (!body.empty()) {
    const auto piece = body.first(std::min(piece_bytes, body.size()));
    if (!parser.Write(piece)) return "refused";
    body = body.subspan(piece.size());
  }
  return parser.Finish() ? record : "refused";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  const auto body = std::as_bytes(std::span(bytes, size)).subspan(1);
  if (Record(body, 1 + bytes[0] % 16) != Record(body, body.size() + 1)) std::abort();
  return 0;
}
