#include <iomanip>
#include <iostream>
#include <memory>

#include "app/commands.h"
#include "app/exit_code.h"
#include "app/installation.h"
#include "app/model_import_command.h"
#include "app/setting_flags.h"
#include "base/log.h"
#include "runners/model_file.h"

namespace intelliclinix::app {
namespace {

Json EntryJson(const records::ModelEntry& entry) {
  Json files = Json::object();
  for (const auto& [role, file] : entry.files) {
    files[role] = {{"path", file.path}, {"sha256", file.sha256}, {"bytes", file.bytes}};
  }
  return {{"id", entry.id},
          {"name", entry.name},
          {"runner_name", entry.runner_name},
          {"description", entry.description},
          {"input_type", entry.input_type},
          {"license", entry.license},
          {"license_text", runners::LicenseText(entry)},
          {"source", entry.source},
          {"files", std::move(files)}};
}

int List(Installation& installation, const Settings&) {
  std::cout << std::left << std::setw(24) << "MODEL" << std::setw(28) << "NAME" << std::setw(12) << "RUNNER"
            << "LICENCE\n";
  for (const records::ModelEntry* const entry : installation.catalogue.All()) {
    std::cout << std::setw(24) << entry->id << std::setw(28) << entry->name << std::setw(12) << entry->runner_name
              << entry->license << '\n';
  }
  return kExitOk;
}

int Show(Installation& installation, const std::string& id) {
  const Result<RunnableModel> model = FindModel(installation, id);
  if (!model) return PrintError("models show", model.error());
  Json shown = EntryJson(model->entry);
  shown["params"] = model->runner.Describe().parameters.JsonSchema();
  std::cout << shown.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
  return kExitOk;
}

bool IsFit(const Installation& installation, const std::string& id) {
  const Result<RunnableModel> model = FindModel(installation, id);
  const Result<runners::ModelReport> report =
      model ? model->runner.Prepare(model->entry) : std::unexpected(model.error());
  if (!report) {
    std::cout << id << ": NOT FIT. " << report.error().message << '\n';
    return false;
  }
  std::cout << id << ": fit (" << report->engine << ", " << report->precision << "; ";
  if (runners::HasSelfTest(model->entry)) {
    std::cout << "the self-test differs by at most " << report->max_error << " from the stored output)\n";
  } else {
    std::cout << "it has no self-test)\n";
  }
  return true;
}

/// All models, or the one that is named.
int Verify(Installation& installation, const std::string& id) {
  if (!id.empty()) return IsFit(installation, id) ? kExitOk : kExitSomeFailed;
  bool all_fit = true;
  for (const records::ModelEntry* const entry : installation.catalogue.All()) {
    all_fit = IsFit(installation, entry->id) && all_fit;
  }
  return all_fit ? kExitOk : kExitSomeFailed;
}

int Import(Installation& installation, const ImportFlags& flags, const Settings& settings) {
  const Result<std::string> done = ImportFromFiles(installation, flags, settings);
  if (!done) return PrintError("models import", done.error());
  std::cout << *done << '\n';
  return kExitOk;
}

int Remove(Installation& installation, const Settings& settings, const std::string& id) {
  const Status removed = RemoveImported(installation, settings, id);
  if (!removed) return PrintError("models remove", removed.error());
  std::cout << "Removed '" << id << "'.\n";
  return kExitOk;
}

using Command = std::function<int(Installation&, const Settings&)>;

/// Opens the installation of the settings, with the imported models of its store, and runs `command` on it. `make`:
/// the store is made where it is missing.
int OnInstallation(const SettingFlags& flags, bool make, const Command& command) {
  log::SetLevel(log::Level::kOff);
  const Result<Configuration> configuration = flags.Configure();
  if (!configuration) return PrintError("models", configuration.error());
  const auto installation = OpenInstallation(configuration->settings);
  if (!installation) return PrintError("models", installation.error());
  const Status opened = OpenImports(**installation, configuration->settings, make);
  if (!opened) return PrintError("models", opened.error());
  return command(**installation, configuration->settings);
}

/// Adds `models` and its subcommands.
class ModelsCommand {
 public:
  ModelsCommand(CLI::App& program, Action& action)
      : action_(action),
        models_(*program.add_subcommand("models", "Lists, shows, verifies, imports and removes models.")),
        flags_(std::make_shared<SettingFlags>(models_, SettingScope::kModels)) {
    models_.require_subcommand(0, 1);
    models_.fallthrough();
    models_.preparse_callback(
        [&action, flags = flags_](std::size_t) { action = [flags] { return OnInstallation(*flags, false, List); }; });
  }

  CLI::App& Add(const char* name, const char* help, bool make, const Command& command) {
    CLI::App* const added = models_.add_subcommand(name, help);
    added->callback([&action = action_, flags = flags_, make, command] {
      action = [=] { return OnInstallation(*flags, make, command); };
    });
    return *added;
  }

 private:
  Action& action_;
  CLI::App& models_;
  std::shared_ptr<SettingFlags> flags_;
};

void AddImport(ModelsCommand& models) {
  const auto flags = std::make_shared<ImportFlags>();
  CLI::App& command = models.Add(
      "import", "Imports a Cellpose checkpoint, or an ONNX file with a description (docs/models.md), into the store.",
      true,
      [flags](Installation& installation, const Settings& settings) { return Import(installation, *flags, settings); });
  command.add_option("path", flags->path, "The file of the model, or a folder with its files.")
      ->required()
      ->type_name("FILE|FOLDER");
  command.add_option("--id", flags->id, "What clients choose it by.")->required()->type_name("ID");
  command.add_option("--name", flags->name, "Its name for people.")->type_name("TEXT");
  command.add_option("--size-model", flags->size_model, "The size model of a checkpoint (.npy or .npz).")
      ->type_name("FILE");
  command.add_option("--license", flags->license, "The text of its licence.")->type_name("FILE");
  command
      .add_option("--diam-mean", flags->diam_mean,
                  "For checkpoints of Cellpose 1, which do not tell it: px, 30 for cyto, 17 for nuclei.")
      ->type_name("PX");
}

}  // namespace

void AddModels(CLI::App& program, Action& action) {
  ModelsCommand models(program, action);
  const auto id = std::make_shared<std::string>();
  models.Add("list", "One line a model; so does `models` alone.", false, List);
  models
      .Add("show", "Everything about one model and its parameters, as JSON.", false,
           [id](Installation& installation, const Settings&) { return Show(installation, *id); })
      .add_option("id", *id, "The model, for example cellpose_default.")
      ->required();
  models
      .Add("verify", "Checks the files of every model, or of one, against their SHA-256 and runs its self-test.", false,
           [id](Installation& installation, const Settings&) { return Verify(installation, *id); })
      .add_option("id", *id, "The model; all of them where it is left out.");
  models
      .Add("remove", "Removes an imported model that no inference needs.", false,
           [id](Installation& installation, const Settings& settings) { return Remove(installation, settings, *id); })
      .add_option("id", *id, "The model.")
      ->required();
  AddImport(models);
}

}  // namespace intelliclinix::app
