// The strategy interface: one runner knows how to run one kind of model.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/compute_pool.h"
#include "base/json.h"
#include "base/memory_budget.h"
#include "base/result.h"
#include "image/image.h"
#include "records/dataset.h"
#include "records/model_entry.h"
#include "runners/parameter_table.h"

namespace intelliclinix::runners {

/// What a runner tells about itself.
struct RunnerDescription {
  std::string name;                 ///< the `runner_name` of documents and of the catalogue
  std::string input_type = "flat";  ///< what it takes: "flat", single images
  ParameterTable parameters;
};

/// What a network takes. Images of any size are run: they are scaled, cut into tiles and padded to it.
struct ModelInput {
  int channels = 1;    ///< planes that it sees; which of an image's they are is a parameter
  int multiple = 1;    ///< px; the sides of what it sees are multiples of this
  int least_side = 1;  ///< px; of what it sees: a smaller image is padded
  int tile = 0;        ///< px; the longest side that it sees at once, where no parameter says otherwise
};

inline Json ToJson(const ModelInput& input) {
  return {{"channels", input.channels},
          {"multiple", input.multiple},
          {"least_side", input.least_side},
          {"tile", input.tile}};
}

/// What became of loading a model.
struct ModelReport {
  std::string engine;     ///< for example "OpenVINO 2026.4.0"
  std::string device;     ///< the processor's name
  std::string precision;  ///< "f32" or "bf16", as by default
  std::string weights_sha256;
  double max_error = 0;               ///< of the self-test against the stored output
  std::optional<ModelInput> input{};  ///< none where the runner does not tell
};

/// A file that a run made, still in memory.
struct ArtifactBytes {
  std::string kind;      ///< records::artifact_kind
  std::string filename;  ///< begins with RunInput::stem
  std::string content_type;
  std::vector<std::byte> bytes;
};

struct RunInput {
  const image::Image& source;
  const Json& params;  ///< resolved: every parameter of the table is there and legal
  const records::ModelEntry& model;
  std::string stem;             ///< the source's file name without extension, to name artifacts by
  records::ImageFacts facts{};  ///< of the file: names of channels, size of a pixel
  std::string filename{};       ///< of the source, for formats that name it
  std::string source_sha256{};  ///< of the source's file; of one plane of several with "_z01" behind it
};

struct RunContext {
  ComputePool& pool;
  std::stop_token stop{};                                           ///< seen before the next tile
  std::function<void(int tiles_done, int tiles_total)> progress{};  ///< may be empty; called from any thread
  MemoryBudget* memory = nullptr;  ///< of the images that are run at the same time; an image waits for its share
  /// RunSourceImage sets it; may be empty elsewhere. To be asked when a run finds that it takes more than EstimateBytes
  /// told, before it does; waits for that share, as `memory` has it. An error ends the run.
  std::function<Status(std::uint64_t bytes)> take_more{};
};

struct RunOutput {
  std::uint32_t objects = 0;
  double diameter = 0;  ///< px; the diameter that was used
  std::string engine;   ///< what computed it, as in ModelReport; empty where that tells it
  std::vector<std::string> warnings;
  Json timings_ms = Json::object();  ///< by stage
  std::vector<ArtifactBytes> artifacts;
};

/// Runs models of one kind. It never sees a store, a status or HTTP.
/// Threads: all calls from any, several at once.
class ModelRunner {
 public:
  virtual ~ModelRunner() = default;

  virtual const RunnerDescription& Describe() const = 0;

  /// Loads `model`, checks its files against their SHA-256 and runs the self-test. Cheap when that was done before.
  /// Errors: kInvalidArgument naming the file that is not what the catalogue says, or the self-test that differs.
  virtual Result<ModelReport> Prepare(const records::ModelEntry& model) = 0;

  /// Whether `params` (resolved) can be run on an image like `image` at all, told before a job is started.
  /// Errors: kInvalidArgument with the field.
  virtual Status CheckParams(const Json& params, const records::ImageFacts& image) const = 0;

  /// The peak of memory that Run will take for an image like `image` with `params`, roughly; 0 where that is not known.
  /// What only the image itself can tell, Run says by RunContext::take_more. Units: bytes.
  virtual std::uint64_t EstimateBytes(const records::ModelEntry&, const Json& /*params*/,
                                      const records::ImageFacts&) const {
    return 0;
  }

  /// Errors: kCancelled after `context.stop`; kInvalidArgument when parameters and image do not fit; kInternal.
  virtual Result<RunOutput> Run(const RunInput& input, const RunContext& context) = 0;
};

}  // namespace intelliclinix::runners
