#include "runners/model_file.h"

#include <string>

#include "base/byte_source.h"
#include "base/hashing.h"

namespace intelliclinix::runners {
namespace {

std::unexpected<Error> Refuse(const records::ModelEntry& model, std::string_view role, const std::string& reason) {
  return Fail(ErrorCode::kInvalidArgument, "The model '" + model.id + "' cannot be used: " + reason,
              "files." + std::string(role));
}

}  // namespace

Result<std::vector<std::byte>> ReadModelFile(const records::ModelEntry& model, std::string_view role) {
  const auto found = model.files.find(std::string(role));
  if (found == model.files.end()) {
    return Refuse(model, role, "its catalogue entry names no file in the role '" + std::string(role) + "'. Add it.");
  }
  const records::ModelFile& expected = found->second;
  Result<std::unique_ptr<FileSource>> file = FileSource::Open(expected.path);
  if (!file) return Refuse(model, role, file.error().message);
  const std::string restore = " Copy the file again from where it came from, or correct the catalogue.";
  if ((*file)->size() != expected.bytes) {
    return Refuse(model, role,
                  expected.path + " has " + std::to_string((*file)->size()) + " bytes; the catalogue says " +
                      std::to_string(expected.bytes) + "." + restore);
  }
  IC_ASSIGN_OR_RETURN(std::vector<std::byte> bytes, ReadAll(**file, expected.bytes));
  const std::string sha256 = Sha256Hex(bytes);
  if (sha256 != expected.sha256) {
    return Refuse(
        model, role,
        expected.path + " has the SHA-256 " + sha256 + "; the catalogue says " + expected.sha256 + "." + restore);
  }
  return bytes;
}

bool HasSelfTest(const records::ModelEntry& model) {
  return model.files.contains("self_test_output") || model.files.contains("test_output");
}

std::string LicenseText(const records::ModelEntry& model) {
  if (!model.files.contains("license")) return {};
  const Result<std::vector<std::byte>> bytes = ReadModelFile(model, "license");
  return bytes ? std::string(reinterpret_cast<const char*>(bytes->data()), bytes->size()) : std::string();
}

}  // namespace intelliclinix::runners
