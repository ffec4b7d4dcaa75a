#include "api/archive_check.h"

/// Checks any bytes as an archive, and reads any text as a manifest.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace intelliclinix;
  MemorySource file(std::as_bytes(std::span(bytes, size)));
  (void)api::ParseManifest({reinterpret_cast<const char*>(bytes), size});
  const Result<ZipReader> archive = ZipReader::Open(file);
  if (!archive || !api::CheckExpansion(*archive, size)) return 0;
  const Result<api::Manifest> manifest = api::ReadManifest(*archive);
  if (manifest) (void)api::CheckArchive(*archive, *manifest, {});
  return 0;
}
