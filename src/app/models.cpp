#include <iomanip>
#include <iostream>
#include <memory>

#include "app/commands.h"
#include "app/exit_code.h"
#include "app/installation.h"
#include "app/setting_flags.h"
#include "base/log.h"

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
          {"source", entry.source},
          {"files", std::move(files)}};
}

int List(const Installation& installation) {
  std::cout << std::left << std::setw(24) << "MODEL" << std::setw(28) << "NAME" << std::setw(12) << "RUNNER"
            << "LICENCE\n";
  for (const records::ModelEntry& entry : installation.catalogue.entries()) {
    std::cout << std::setw(24) << entry.id << std::setw(28) << entry.name << std::setw(12) << entry.runner_name
              << entry.license << '\n';
  }
  return kExitOk;
}

int Show(const Installation& installation, const std::string& id) {
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
  std::cout << id << ": fit (" << report->engine << ", " << report->precision << "; the self-test differs by at most "
            << report->max_error << " from the stored output)\n";
  return true;
}

int Verify(const Installation& installation) {
  bool all_fit = true;
  for (const records::ModelEntry& entry : installation.catalogue.entries()) {
    all_fit = IsFit(installation, entry.id) && all_fit;
  }
  return all_fit ? kExitOk : kExitSomeFailed;
}

/// Opens the installation of the settings and runs `command` on it.
int OnInstallation(const SettingFlags& flags, const std::function<int(const Installation&)>& command) {
  log::SetLevel(log::Level::kOff);
  const Result<Configuration> configuration = flags.Configure();
  if (!configuration) return PrintError("models", configuration.error());
  const auto installation = OpenInstallation(configuration->settings);
  if (!installation) return PrintError("models", installation.error());
  return command(**installation);
}

}  // namespace

void AddModels(CLI::App& program, Action& action) {
  CLI::App* const models = program.add_subcommand("models", "Lists, shows and verifies the models of the catalogue.");
  models->require_subcommand(0, 1);
  models->fallthrough();
  const auto flags = std::make_shared<SettingFlags>(*models, SettingScope::kOther);
  const auto add = [&](const char* name, const char* help, const std::function<int(const Installation&)>& command) {
    CLI::App* const added = models->add_subcommand(name, help);
    added->callback([&action, flags, command] { action = [=] { return OnInstallation(*flags, command); }; });
    return added;
  };
  models->preparse_callback(
      [&action, flags](std::size_t) { action = [flags] { return OnInstallation(*flags, List); }; });
  add("list", "One line a model; so does `models` alone.", List);
  const auto id = std::make_shared<std::string>();
  CLI::App* const show = add("show", "Everything about one model and its parameters, as JSON.",
                             [id](const Installation& installation) { return Show(installation, *id); });
  show->add_option("id", *id, "The model, for example cellpose_default.")->required();
  add("verify", "Checks the files of every model against their SHA-256 and runs its self-test.", Verify);
}

}  // namespace intelliclinix::app
