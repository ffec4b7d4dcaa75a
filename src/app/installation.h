// What this process can run: runners, models and the threads that compute.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/settings.h"
#include "base/clock.h"
#include "base/compute_pool.h"
#include "base/result.h"
#include "nn/network.h"
#include "runners/model_catalogue.h"
#include "runners/runner_registry.h"
#include "runners/source_image.h"
#include "store/model_files.h"
#include "store/store.h"

namespace intelliclinix::app {

/// Every runner that there is. A new one is added here. `engine`: what computes Cellpose's networks.
std::vector<std::unique_ptr<runners::ModelRunner>> MakeRunners(const nn::EngineOptions& engine);

/// The store that imported models come from, and this machine's copies of them.
struct LocalImports {
  SystemClock clock;
  std::unique_ptr<store::Store> store;
};

/// Owns: what it names.
struct Installation {
  Installation(std::vector<records::ModelEntry> entries, const nn::EngineOptions& engine);

  /// From now on it has the imported models of `store` too; copies of their files are kept in ModelFolderOf. What
  /// imports that were killed left there goes.
  /// Borrows: the store and the clock.
  void WatchImports(store::Store& store, const Settings& settings, const Clock& clock);

  runners::RunnerRegistry registry;
  runners::ModelCatalogue catalogue;
  ComputePool pool;
  std::unique_ptr<LocalImports> imports;  ///< of commands that open the store themselves; see OpenImports
  std::unique_ptr<store::ModelFiles> model_files;
};

/// A model and the runner that runs it. Borrows from the installation.
struct RunnableModel {
  const records::ModelEntry& entry;
  runners::ModelRunner& runner;
};

/// Reads the catalogue that the settings name. Errors: those of ReadCatalogue.
Result<std::unique_ptr<Installation>> OpenInstallation(const Settings& settings);

/// Opens the store of the settings for its imported models. Without `make`, a store that is not there is not made, and
/// then there are none. Errors: those of OpenStore.
Status OpenImports(Installation& installation, const Settings& settings, bool make = false);

/// Errors: kNotFound when the catalogue has no such model or this program has no runner for it.
Result<RunnableModel> FindModel(const Installation& installation, const std::string& id);

/// The catalogue that came with the program: models/ beside the executable, or share/intelliclinix/models/ beside its
/// folder.
std::string InstalledCatalogue();

/// Where this machine has its copies of imported models, and the files of those that are being imported: in the folder
/// of the store, or in the data folder where the store has none.
std::string ModelFolderOf(const Settings& settings);

/// The number of threads that the setting means.
int ThreadsOf(const Settings& settings);

/// The engine, the CPU's instructions and the threads in the settings.
nn::EngineOptions EngineOf(const Settings& settings);

/// The bounds on source images in the settings.
runners::SourceLimits SourceLimitsOf(const Settings& settings);

}  // namespace intelliclinix::app
