#include "app/model_import_command.h"

#include <filesystem>

#include "app/import_files.h"
#include "app/open_store.h"
#include "base/temporary_folder.h"
#include "dispatch/model_keeper.h"

namespace intelliclinix::app {
namespace {

dispatch::ModelKeeperParts PartsOf(Installation& installation) {
  return {.store = *installation.imports->store,
          .registry = installation.registry,
          .catalogue = installation.catalogue,
          .clock = installation.imports->clock};
}

}  // namespace

Result<std::string> ImportFromFiles(Installation& installation, const ImportFlags& flags, const Settings& settings) {
  runners::ImportRequest request{.id = flags.id, .name = flags.name};
  IC_RETURN_IF_ERROR(runners::CheckModelId(flags.id));
  IC_ASSIGN_OR_RETURN(request.files, FindImportFiles(flags.path));
  if (!flags.size_model.empty()) request.files["size_model"] = flags.size_model;
  if (!flags.license.empty()) request.files["license"] = flags.license;
  if (flags.diam_mean > 0) request.diam_mean = flags.diam_mean;
  const std::filesystem::path weights = request.files.at("weights");
  request.tensor_folder = weights.has_parent_path() ? weights.parent_path().string() : ".";
  IC_ASSIGN_OR_RETURN(const TemporaryFolder folder, TemporaryFolder::Make(ModelFolderOf(settings)));
  request.work_folder = folder.path();
  IC_ASSIGN_OR_RETURN(
      const runners::Import done,
      dispatch::ImportModel(PartsOf(installation), request,
                            {.max_weights_bytes = static_cast<std::uint64_t>(settings.max_model_bytes)}));
  return "Imported '" + flags.id + "' (" + done.kind + ") for the runner '" + done.entry.runner_name + "' (" +
         done.report.engine + ") into " + StorePlace(settings) + "; servers and workers that use it have it now.";
}

Status RemoveImported(Installation& installation, const Settings& settings, const std::string& id) {
  if (installation.imports == nullptr) {
    return Fail(ErrorCode::kNotFound,
                "There is no store in " + StorePlace(settings) +
                    ", so no model was imported there. Name the server's with --data or --store.");
  }
  return dispatch::RemoveModel(PartsOf(installation), id);
}

}  // namespace intelliclinix::app
