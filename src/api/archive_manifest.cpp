#include "api/archive_manifest.h"

#include <algorithm>
#include <limits>
#include <set>

namespace intelliclinix::api {
namespace {

constexpr std::size_t kHashDigits = 64;
constexpr std::uint64_t kMaxBytesOfDocument = 1 << 20;  // the inference itself
constexpr std::uint64_t kMaxBytesAnEntry = 8 << 10;     // path, hashes, timings, warnings

std::unexpected<Error> NoManifest(const std::string& what) {
  return Fail(ErrorCode::kInvalidArgument,
              "manifest.json is not that of an IntelliClinix archive: " + what + ". Download the archive again.");
}

Result<std::string> Text(const Json& object, const char* name, const std::string& where) {
  const auto member = object.find(name);
  if (member == object.end() || !member->is_string()) return NoManifest(where + name + " is not a text");
  return member->get<std::string>();
}

Result<std::uint64_t> Number(const Json& object, const char* name, const std::string& where) {
  const auto member = object.find(name);
  if (member == object.end() || !member->is_number_unsigned()) {
    return NoManifest(where + name + " is not a whole number");
  }
  return member->get<std::uint64_t>();
}

/// A member of the document that is an array of objects.
Result<const Json*> Objects(const Json& document, const char* name) {
  const auto member = document.find(name);
  if (member == document.end() || !member->is_array() ||
      !std::ranges::all_of(*member, [](const Json& item) { return item.is_object(); })) {
    return NoManifest(std::string(name) + " is not an array of objects");
  }
  return &*member;
}

bool IsHash(const std::string& text) {
  return text.size() == kHashDigits && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

Result<ManifestFile> ReadFile(const Json& json, const std::string& where) {
  ManifestFile file;
  IC_ASSIGN_OR_RETURN(file.path, Text(json, "path", where));
  IC_ASSIGN_OR_RETURN(file.kind, Text(json, "kind", where));
  IC_ASSIGN_OR_RETURN(file.source_filename, Text(json, "source_filename", where));
  IC_ASSIGN_OR_RETURN(file.bytes, Number(json, "bytes", where));
  IC_ASSIGN_OR_RETURN(file.sha256, Text(json, "sha256", where));
  if (!IsHash(file.sha256)) return NoManifest(where + "sha256 is not 64 hexadecimal digits");
  return file;
}

Result<ManifestImage> ReadImage(const Json& json, const std::string& where) {
  ManifestImage image;
  IC_ASSIGN_OR_RETURN(image.source_filename, Text(json, "source_filename", where));
  IC_ASSIGN_OR_RETURN(const std::string status, Text(json, "status", where));
  IC_ASSIGN_OR_RETURN(const std::uint64_t objects, Number(json, "objects", where));
  if (objects > std::numeric_limits<std::uint32_t>::max()) return NoManifest(where + "objects is too large");
  image.completed = status == "completed";
  image.objects = static_cast<std::uint32_t>(objects);
  if (json.contains("axes")) {
    IC_ASSIGN_OR_RETURN(image.axes, Text(json, "axes", where));
  }
  return image;
}

Status ReadFiles(const Json& document, Manifest& manifest) {
  IC_ASSIGN_OR_RETURN(const Json* const files, Objects(document, "files"));
  std::set<std::string_view> paths = {kManifestName};
  manifest.files.reserve(files->size());
  for (const Json& json : *files) {
    const std::string where = "files[" + std::to_string(manifest.files.size()) + "].";
    IC_ASSIGN_OR_RETURN(manifest.files.emplace_back(), ReadFile(json, where));
    const std::string& path = manifest.files.back().path;
    if (!paths.insert(path).second) return NoManifest("it names '" + path + "' twice");
  }
  return {};
}

}  // namespace

Result<Manifest> ParseManifest(std::string_view text) {
  const Result<Json> document = ParseJson(text);
  if (!document) return NoManifest("it is not JSON");
  if (!document->is_object()) return NoManifest("it is not a JSON object");
  Manifest manifest;
  IC_ASSIGN_OR_RETURN(manifest.inference_id, Text(*document, "_id", ""));
  IC_ASSIGN_OR_RETURN(manifest.model_id, Text(*document, "model_id", ""));
  manifest.provenance = document->value("provenance", Json());
  if (!manifest.provenance.is_object()) return NoManifest("provenance is not an object");
  IC_RETURN_IF_ERROR(ReadFiles(*document, manifest));
  IC_ASSIGN_OR_RETURN(const Json* const results, Objects(*document, "results"));
  for (const Json& json : *results) {
    const std::string where = "results[" + std::to_string(manifest.images.size()) + "].";
    IC_ASSIGN_OR_RETURN(manifest.images.emplace_back(), ReadImage(json, where));
  }
  return manifest;
}

Result<Manifest> ReadManifest(const ZipReader& archive) {
  if (!archive.members().contains(kManifestName)) return NoManifest("the archive has none");
  const std::uint64_t limit = kMaxBytesOfDocument + kMaxBytesAnEntry * archive.members().size();
  IC_ASSIGN_OR_RETURN(const std::vector<std::byte> bytes, archive.Read(std::string(kManifestName), limit));
  return ParseManifest({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

}  // namespace intelliclinix::api
