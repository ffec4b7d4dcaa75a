#include <array>

#include "base/zip_reader.h"

/// Opens any bytes as an archive and reads every member to its end or to the first error.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace intelliclinix;
  MemorySource file(std::as_bytes(std::span(bytes, size)));
  const Result<ZipReader> archive = ZipReader::Open(file);
  if (!archive) return 0;
  std::array<std::byte, 4096> buffer;
  for (const auto& [name, member] : archive->members()) {
    const auto content = archive->OpenMember(name);
    if (!content) continue;
    for (Result<std::size_t> got = 1; got && *got > 0;) got = (*content)->Read(buffer);
  }
  return 0;
}
