#include "runners/model_import.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "base/byte_source.h"
#include "base/file.h"
#include "base/hashing.h"
#include "nn/checkpoint.h"
#include "nn/onnx_check.h"
#include "nn/onnx_inline.h"
#include "runners/cellpose_model.h"
#include "runners/model_folder.h"
#include "runners/onnx_model.h"

namespace intelliclinix::runners {
namespace {

constexpr char kWeights[] = "weights";
constexpr char kLicense[] = "license";
constexpr std::size_t kMaxIdBytes = 64;
constexpr std::size_t kMaxLicenseBytes = 256 << 10;
constexpr double kCytoDiameter = 30;    // px; what Cellpose 1's models were trained at
constexpr double kNucleiDiameter = 17;  // px; those of nuclei

std::unexpected<Error> Refuse(const std::string& role, std::string message) {
  return Fail(ErrorCode::kInvalidArgument, std::move(message), role);
}

bool IsIdCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
}

/// The name of a file for people.
std::string NameOf(const ImportRequest& request, const std::string& role) {
  const auto named = request.names.find(role);
  if (named != request.names.end()) return named->second;
  return std::filesystem::path(request.files.at(role)).filename();
}

/// Opens a file of the request, within its bound.
Result<std::unique_ptr<FileSource>> Open(const ImportRequest& request, const std::string& role,
                                         const ImportLimits& limits) {
  Result<std::unique_ptr<FileSource>> file = FileSource::Open(request.files.at(role));
  if (!file) return Refuse(role, file.error().message);
  const std::uint64_t most = role == kWeights ? limits.max_weights_bytes : limits.max_file_bytes;
  if ((*file)->size() > most) {
    return Fail(ErrorCode::kTooLarge,
                "'" + NameOf(request, role) + "' has " + std::to_string((*file)->size()) + " bytes; at most " +
                    std::to_string(most) + " are read. Choose a smaller model.",
                role);
  }
  if ((*file)->size() == 0) return Refuse(role, "'" + NameOf(request, role) + "' is empty.");
  return file;
}

/// ZIP archives and pickles; all else must be ONNX.
Result<bool> LooksLikeCheckpoint(ByteSource& file) {
  std::array<std::byte, 2> start{};
  IC_RETURN_IF_ERROR(file.ReadAt(0, start));
  constexpr std::byte kPickle{0x80};
  return start[0] == kPickle || (start[0] == std::byte{'P'} && start[1] == std::byte{'K'});
}

bool Has(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

/// Files of roles that this kind of model has no use for.
Status CheckRoles(const ImportRequest& request, const std::set<std::string>& known, const std::string& kind) {
  for (const auto& [role, path] : request.files) {
    if (!known.contains(role))
      return Refuse(role, "For a model of this kind (" + kind + ") there is no '" + role + "'. Leave it out.");
  }
  return {};
}

/// Puts the role and the file's name in front of what a reader says.
std::unexpected<Error> Named(const ImportRequest& request, const std::string& role, Error error) {
  error.field = role;
  error.message = "'" + NameOf(request, role) + "': " + error.message;
  return std::unexpected(std::move(error));
}

/// One import, step by step.
class Importer {
 public:
  Importer(const ImportRequest& request, const RunnerRegistry& registry, const ImportLimits& limits)
      : request_(request), registry_(registry), limits_(limits) {}

  Result<Import> Run() {
    IC_RETURN_IF_ERROR(CheckModelId(request_.id));
    if (!request_.files.contains(kWeights)) return Refuse(kWeights, "There are no weights. Give a file of a model.");
    import_.entry.id = request_.id;
    IC_ASSIGN_OR_RETURN(const std::unique_ptr<FileSource> weights, Open(request_, kWeights, limits_));
    IC_ASSIGN_OR_RETURN(const bool checkpoint, LooksLikeCheckpoint(*weights));
    IC_RETURN_IF_ERROR(checkpoint ? TakeCheckpoint(*weights) : TakeOnnx(*weights));
    IC_RETURN_IF_ERROR(TakeLicense());
    IC_RETURN_IF_ERROR(TakeFiles());
    IC_RETURN_IF_ERROR(Prepare());
    return std::move(import_);
  }

 private:
  Status TakeCheckpoint(ByteSource& weights) {
    IC_RETURN_IF_ERROR(CheckRoles(request_, {kWeights, "size_model", kLicense}, "PyTorch checkpoint"));
    const auto names = nn::ListTensors(weights);
    if (!names) return Named(request_, kWeights, names.error());
    if (Has(*names, "encoder.patch_embed.proj.weight") || Has(*names, "W2")) {
      return Refuse(kWeights, "'" + NameOf(request_, kWeights) +
                                  "' is a Cellpose 4 (SAM) checkpoint. Its network, a vision transformer, is not "
                                  "supported; choose a checkpoint of Cellpose 1 to 3 (cyto, cyto2, cyto3, nuclei, or "
                                  "one trained from these).");
    }
    import_.entry.runner_name = "cellpose";
    import_.entry.name = request_.name.empty() ? request_.id : request_.name;
    const bool tells = Has(*names, "diam_mean");
    import_.kind = tells ? "Cellpose 2 or 3 checkpoint" : "Cellpose 1 checkpoint";
    import_.entry.description = "An imported " + import_.kind + ".";
    return tells ? Status() : AddDiameters();
  }

  /// Cellpose 1 knew them by the name of the model.
  Status AddDiameters() {
    const bool nuclei = NameOf(request_, kWeights).find("nuclei") != std::string::npos;
    const double diameter = request_.diam_mean.value_or(nuclei ? kNucleiDiameter : kCytoDiameter);
    const std::string path = request_.work_folder + "/diameters.json";
    IC_RETURN_IF_ERROR(WriteFileAtomically(path, AsBytes(WriteDiameters(diameter))));
    made_[cellpose_file::kDiameters] = path;
    return {};
  }

  /// Tensors that lie in other files are taken into one, which is what the model has from then on.
  Result<std::vector<std::byte>> ReadOnnx(ByteSource& weights) {
    IC_ASSIGN_OR_RETURN(std::vector<std::byte> network, ReadAll(weights, limits_.max_weights_bytes));
    if (request_.tensor_folder.empty() || nn::CheckOnnx(network)) return network;
    const auto open = [this](const std::string& path) { return OpenInFolder(request_.tensor_folder, path); };
    IC_ASSIGN_OR_RETURN(std::vector<std::byte> whole, nn::InlineTensors(network, open, limits_.max_weights_bytes));
    const std::string path = request_.work_folder + "/inlined.onnx";
    IC_RETURN_IF_ERROR(WriteFileAtomically(path, whole));
    made_[kWeights] = path;
    return whole;
  }

  Status TakeOnnx(ByteSource& weights) {
    const Result<std::vector<std::byte>> network = ReadOnnx(weights);
    const Status whole = network ? nn::CheckOnnx(*network) : std::unexpected(network.error());
    if (!whole) return NoOnnx(whole.error());
    IC_RETURN_IF_ERROR(
        CheckRoles(request_, {kWeights, "description", "test_input", "test_output", kLicense}, "ONNX file"));
    if (!request_.files.contains(onnx_file::kDescription)) {
      return Refuse("description",
                    "'" + NameOf(request_, kWeights) +
                        "' is an ONNX file, which needs a description beside it: a TOML file of the same "
                        "name. docs/models.md has the format.");
    }
    IC_ASSIGN_OR_RETURN(const std::unique_ptr<FileSource> file, Open(request_, onnx_file::kDescription, limits_));
    IC_ASSIGN_OR_RETURN(const std::vector<std::byte> text, ReadAll(*file, limits_.max_file_bytes));
    IC_ASSIGN_OR_RETURN(const OnnxDescription description, ParseOnnxDescription(text));
    IC_RETURN_IF_ERROR(CheckTestFiles(description));
    const bool flows = description.interpretation == Interpretation::kCellposeFlows;
    records::ModelEntry& entry = import_.entry;
    entry.runner_name = flows ? "cellpose" : "unet";
    entry.name = !request_.name.empty() ? request_.name : description.name.empty() ? request_.id : description.name;
    import_.kind = std::string("ONNX network (") + (flows ? "cellpose_flows" : "semantic_watershed") + ")";
    entry.description = description.description.empty() ? "An imported " + import_.kind + "." : description.description;
    entry.license = description.license;
    entry.source = description.source;
    return {};
  }

  /// Why the weights are no good as ONNX, which they are taken for where nothing else fits.
  std::unexpected<Error> NoOnnx(Error error) const {
    const std::string name = NameOf(request_, kWeights);
    if (name.ends_with(".onnx")) return Named(request_, kWeights, std::move(error));
    return Refuse(kWeights, "'" + name + "' is no PyTorch checkpoint, and: " + error.message);
  }

  Status CheckTestFiles(const OnnxDescription& description) {
    const bool described = !description.test_input.empty();
    for (const char* const role : {onnx_file::kTestInput, onnx_file::kTestOutput}) {
      const bool given = request_.files.contains(role);
      if (described && !given) {
        return Refuse(role, "The description names '" +
                                (role == onnx_file::kTestInput ? description.test_input : description.test_output) +
                                "' for the test, and it is missing. Give it, or take [test] out.");
      }
      if (!described && given) return Refuse(role, "The description has no [test], so there is no use for this file.");
    }
    return {};
  }

  Status TakeLicense() {
    if (!request_.files.contains(kLicense)) return {};
    const Result<std::string> text = ReadTextFile(request_.files.at(kLicense), kMaxLicenseBytes);
    if (!text) return Named(request_, kLicense, text.error());
    // Its first words stand for it where nothing else does.
    if (import_.entry.license.empty()) {
      import_.entry.license = text->substr(0, std::min<std::size_t>(text->find('\n'), 60));
    }
    return {};
  }

  Status TakeFiles() {
    if (import_.entry.license.empty()) import_.entry.license = "not told";
    if (import_.entry.source.empty()) import_.entry.source = "Imported from '" + NameOf(request_, kWeights) + "'";
    for (const auto& [role, path] : request_.files) {
      if (made_.contains(role)) continue;
      IC_ASSIGN_OR_RETURN(const std::unique_ptr<FileSource> file, Open(request_, role, limits_));
      IC_RETURN_IF_ERROR(TakeFile(role, path, *file));
    }
    for (const auto& [role, path] : made_) {
      IC_ASSIGN_OR_RETURN(const std::unique_ptr<FileSource> file, FileSource::Open(path));
      IC_RETURN_IF_ERROR(TakeFile(role, path, *file));
    }
    return {};
  }

  Status TakeFile(const std::string& role, const std::string& path, ByteSource& file) {
    Sha256 sha256;
    std::vector<std::byte> piece(1U << 20);
    for (std::uint64_t offset = 0; offset < file.size();) {
      IC_ASSIGN_OR_RETURN(const std::size_t count, file.ReadAt(offset, piece));
      if (count == 0) break;
      sha256.Update(std::span(piece).first(count));
      offset += count;
    }
    import_.entry.files[role] = {.path = path, .sha256 = sha256.FinishHex(), .bytes = file.size()};
    return {};
  }

  /// What a runner says names paths of this machine; whoever sent the files knows their names.
  Status Prepare() {
    ModelRunner* const runner = registry_.Find(import_.entry.runner_name);
    if (runner == nullptr) return Refuse(kWeights, "This program has no runner for such a model.");
    Result<ModelReport> report = runner->Prepare(import_.entry);
    if (report) {
      import_.report = *std::move(report);
      return {};
    }
    Error error = std::move(report).error();
    if (error.field.starts_with("files.")) error.field.erase(0, 6);
    for (const auto& [role, file] : import_.entry.files) {
      const std::size_t at = error.message.find(file.path);
      const std::string name = request_.files.contains(role) ? NameOf(request_, role) : role;
      if (at != std::string::npos) error.message.replace(at, file.path.size(), "'" + name + "'");
    }
    return std::unexpected(std::move(error));
  }

  const ImportRequest& request_;
  const RunnerRegistry& registry_;
  const ImportLimits& limits_;
  std::map<std::string, std::string> made_;  // files beside those of the request or in their place, by role
  Import import_;
};

}  // namespace

Status CheckModelId(const std::string& id) {
  const bool good = !id.empty() && id.size() <= kMaxIdBytes && std::ranges::all_of(id, IsIdCharacter) &&
                    id.front() != '.' && id.front() != '-' && id.front() != '_';
  if (good) return {};
  return Refuse("id", "An id has 1 to 64 characters of a-z, 0-9, '_', '-' and '.', and begins with a letter or digit.");
}

Result<Import> CheckImport(const ImportRequest& request, const RunnerRegistry& registry, const ImportLimits& limits) {
  return Importer(request, registry, limits).Run();
}

}  // namespace intelliclinix::runners
