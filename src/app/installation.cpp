#include "app/installation.h"

#include <algorithm>
#include <filesystem>

#include "app/catalogue_file.h"
#include "app/machine.h"
#include "app/open_store.h"
#include "base/temporary_folder.h"
#include "runners/cellpose_runner.h"
#include "runners/unet_runner.h"

namespace intelliclinix::app {

std::vector<std::unique_ptr<runners::ModelRunner>> MakeRunners(const nn::EngineOptions& engine) {
  std::vector<std::unique_ptr<runners::ModelRunner>> all;
  all.push_back(runners::MakeCellposeRunner(engine));
  all.push_back(runners::MakeUnetRunner(engine));
  return all;
}

Installation::Installation(std::vector<records::ModelEntry> entries, const nn::EngineOptions& engine)
    : catalogue(std::move(entries)), pool(engine.threads) {
  nn::EngineOptions with_pool = engine;
  with_pool.pool = &pool;
  for (auto& runner : MakeRunners(with_pool)) registry.Register(std::move(runner));
}

Result<std::unique_ptr<Installation>> OpenInstallation(const Settings& settings) {
  const std::string path = settings.models.empty() ? InstalledCatalogue() : settings.models;
  IC_ASSIGN_OR_RETURN(std::vector<records::ModelEntry> entries, ReadCatalogue(path));
  return std::make_unique<Installation>(std::move(entries), EngineOf(settings));
}

void Installation::WatchImports(store::Store& store, const Settings& settings, const Clock& clock) {
  TemporaryFolder::RemoveAbandoned(ModelFolderOf(settings));
  model_files = std::make_unique<store::ModelFiles>(store, ModelFolderOf(settings));
  catalogue.WatchImports({.list = [this] { return model_files->List(); }, .registry = registry, .clock = clock});
}

Status OpenImports(Installation& installation, const Settings& settings, bool make) {
  std::error_code error;
  const bool there =
      IsMongoUri(settings.store) || std::filesystem::exists(StoreFolder(settings) + "/intelliclinix.db", error);
  if (!there && !make) return {};
  auto imports = std::make_unique<LocalImports>();
  IC_ASSIGN_OR_RETURN(imports->store, OpenStore(settings, imports->clock));
  installation.imports = std::move(imports);
  installation.WatchImports(*installation.imports->store, settings, installation.imports->clock);
  return {};
}

Result<RunnableModel> FindModel(const Installation& installation, const std::string& id) {
  const records::ModelEntry* const entry = installation.catalogue.Find(id);
  if (entry == nullptr) {
    std::string known;
    for (const records::ModelEntry* const other : installation.catalogue.All()) {
      known += (known.empty() ? "" : ", ") + other->id;
    }
    return Fail(ErrorCode::kNotFound, "There is no model '" + id + "'. There are: " + known + ".", "model");
  }
  runners::ModelRunner* const runner = installation.registry.Find(entry->runner_name);
  if (runner == nullptr) {
    return Fail(
        ErrorCode::kNotFound,
        "The model '" + id + "' needs the runner '" + entry->runner_name + "', which this program does not have.",
        "model");
  }
  return RunnableModel{*entry, *runner};
}

std::string InstalledCatalogue() {
  std::error_code error;
  const std::filesystem::path folder = std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
  const std::filesystem::path beside = folder / "models/catalogue.yaml";
  if (std::filesystem::exists(beside, error)) return beside;
  return folder.parent_path() / "share/intelliclinix/models/catalogue.yaml";
}

std::string ModelFolderOf(const Settings& settings) { return StoreFolder(settings) + "/models"; }

int ThreadsOf(const Settings& settings) {
  return settings.threads > 0 ? static_cast<int>(settings.threads) : AvailableCores();
}

nn::EngineOptions EngineOf(const Settings& settings) {
  // The table lets only names through that these know.
  return {.engine = nn::ParseEngine(settings.engine).value(),
          .cpu = nn::ParseCpuLevel(settings.cpu).value(),
          .threads = ThreadsOf(settings)};
}

runners::SourceLimits SourceLimitsOf(const Settings& settings) {
  const MemoryFacts memory = ReadMemory();
  const std::uint64_t there = std::min(memory.total, memory.limit.value_or(memory.total));
  return {.max_pixels = static_cast<std::uint64_t>(settings.max_pixels),
          .max_channels = static_cast<int>(settings.max_channels),
          .max_memory = settings.max_memory > 0 ? static_cast<std::uint64_t>(settings.max_memory) : there};
}

}  // namespace intelliclinix::app
