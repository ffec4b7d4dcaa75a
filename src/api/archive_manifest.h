// The manifest of an archive, read back.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/zip_reader.h"

namespace intelliclinix::api {

inline constexpr std::string_view kManifestName = "manifest.json";

/// What a manifest says of one entry.
struct ManifestFile {
  std::string path;
  std::string kind;  ///< "original", "correction", or records::artifact_kind
  std::string source_filename;
  std::uint64_t bytes = 0;
  std::string sha256;
};

/// What a manifest says of one source image.
struct ManifestImage {
  std::string source_filename;
  bool completed = false;
  std::uint32_t objects = 0;
  std::string axes{};  ///< as the original was read; empty in older archives
};

/// The parts of a manifest that can be checked. What it has beside them is for people.
struct Manifest {
  std::string inference_id;
  std::string model_id;
  Json provenance = Json::object();
  std::vector<ManifestFile> files;  ///< every entry of the archive but the manifest
  std::vector<ManifestImage> images;
};

/// Reads what PlanArchive writes.
/// Errors: kInvalidArgument saying which member is missing or of the wrong type, or which path stands there twice.
Result<Manifest> ParseManifest(std::string_view text);

/// The manifest of an archive. One that is longer than the manifest of so many entries can be is not read.
/// Errors: kInvalidArgument when it is missing, damaged or no manifest; kTooLarge; those of the file.
Result<Manifest> ReadManifest(const ZipReader& archive);

}  // namespace intelliclinix::api
