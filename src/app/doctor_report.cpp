#include "app/doctor_report.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "app/installation.h"
#include "app/machine.h"
#include "nn/network.h"
#include "runners/model_file.h"
#include "runners/tile_time.h"

namespace intelliclinix::app {
namespace {

// Below this an upload or two fill the disk.
constexpr std::uint64_t kLittleSpace = 1ULL << 30;
constexpr int kTimedRuns = 3;  // the first also takes memory from the system

double MillisecondsSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

bool HasParameter(const runners::ParameterTable& table, const char* name) {
  return std::ranges::find(table.parameters(), name, &runners::Parameter::name) != table.parameters().end();
}

/// The network's time for a tile, on one thread. Null where the model does not tell.
Result<Json> TileTime(const RunnableModel& model, Json params, ComputePool& pool) {
  IC_ASSIGN_OR_RETURN(const std::optional<double> tile_ms,
                      runners::TimeOfTile(model.runner, model.entry, std::move(params), pool, kTimedRuns));
  return tile_ms ? Json(*tile_ms) : Json(nullptr);
}

/// By precision, those that this processor has.
Result<Json> TileTimes(const RunnableModel& model, ComputePool& pool, bool bf16) {
  Json times = Json::object();
  IC_ASSIGN_OR_RETURN(times["f32"], TileTime(model, Json::object(), pool));
  if (bf16 && HasParameter(model.runner.Describe().parameters, "precision")) {
    IC_ASSIGN_OR_RETURN(times["bf16"], TileTime(model, {{"precision", "bf16"}}, pool));
  }
  return times;
}

/// Loads, tests and times the model.
Result<Json> ExamineModel(const Installation& installation, const std::string& id, bool bf16) {
  IC_ASSIGN_OR_RETURN(const RunnableModel model, FindModel(installation, id));
  const auto start = std::chrono::steady_clock::now();
  IC_ASSIGN_OR_RETURN(const runners::ModelReport report, model.runner.Prepare(model.entry));
  const double prepare_ms = MillisecondsSince(start);
  ComputePool one_thread(1);
  IC_ASSIGN_OR_RETURN(const Json tile_ms, TileTimes(model, one_thread, bf16));
  return Json{{"fit", true},
              {"engine", report.engine},
              {"device", report.device},
              {"precision", report.precision},
              {"weights_sha256", report.weights_sha256},
              {"input", report.input ? runners::ToJson(*report.input) : Json()},
              {"self_test_compared", runners::HasSelfTest(model.entry)},
              {"self_test_max_error", report.max_error},
              {"load_and_self_test_ms", prepare_ms},
              {"tile_ms", tile_ms}};
}

void AddModels(const Settings& settings, Json& report) {
  report["models"] = Json::object();
  const auto installation = OpenInstallation(settings);
  if (!installation) {
    report["problems"].push_back(installation.error().message);
    return;
  }
  if (const Status opened = OpenImports(**installation, settings); !opened) {
    report["problems"].push_back(opened.error().message);
  }
  const bool bf16 = nn::CanComputeBfloat16(EngineOf(settings));
  for (const records::ModelEntry* const entry : (*installation)->catalogue.All()) {
    Result<Json> examined = ExamineModel(**installation, entry->id, bf16);
    if (!examined) report["problems"].push_back(entry->id + ": " + examined.error().message);
    report["models"][entry->id] = examined ? *std::move(examined) : Json{{"fit", false}};
  }
}

void AddData(const Settings& settings, Json& report) {
  const bool writable = CanWriteTo(settings.data);
  report["data"] = {{"folder", settings.data}, {"writable", writable}};
  if (!writable) report["problems"].push_back("The data folder '" + settings.data + "' cannot be written to.");
  const Result<std::uint64_t> free = FreeBytes(settings.data);
  if (!free) {
    report["problems"].push_back(free.error().message);
    return;
  }
  report["data"]["free_bytes"] = *free;
  if (*free < kLittleSpace) report["problems"].push_back("The data folder's disk has less than 1 GiB left.");
}

}  // namespace

Json Examine(const Settings& settings) {
  const CpuFacts cpu = ReadCpu();
  const MemoryFacts memory = ReadMemory();
  const OpenFileLimits files = ReadOpenFileLimits();
  Json report = {{"version", INTELLICLINIX_VERSION}};
  report["cpu"] = {{"model", cpu.model}, {"usable_cores", AvailableCores()}, {"features", cpu.features}};
  report["precision"] = {{"default", nn::PrecisionName(nn::Precision::kFloat32)},
                         {"bf16_possible", nn::CanComputeBfloat16(EngineOf(settings))}};
  report["threads"] = ThreadsOf(settings);
  report["memory"] = {{"total_bytes", memory.total}, {"available_bytes", memory.available}};
  report["memory"]["limit_bytes"] = memory.limit ? Json(*memory.limit) : Json(nullptr);
  report["open_files"] = {{"now", files.now}, {"permitted", files.permitted}};
  report["input"] = runners::ToJson(SourceLimitsOf(settings));
  report["problems"] = Json::array();
  AddData(settings, report);
  AddModels(settings, report);
  return report;
}

}  // namespace intelliclinix::app
