#include <filesystem>
#include <iostream>
#include <memory>

#include <unistd.h>

#include "app/commands.h"
#include "app/exit_code.h"
#include "app/installation.h"
#include "app/parameter_flags.h"
#include "app/segment_report.h"
#include "app/segment_run.h"
#include "app/setting_flags.h"
#include "app/signals.h"
#include "base/log.h"

namespace intelliclinix::app {
namespace {

/// The flags of `segment`.
struct SegmentFlags {
  SegmentFlags(CLI::App& command)
      : runners(MakeRunners({})), parameters(command, runners), settings(command, SettingScope::kOther) {}

  std::vector<std::string> paths;
  std::string out;
  std::string model = "cellpose_default";
  bool json = false;
  bool all = false;
  std::vector<std::unique_ptr<runners::ModelRunner>> runners;  // for their tables
  ParameterFlags parameters;
  SettingFlags settings;
};

Status MakeFolder(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (!error && std::filesystem::is_directory(folder, error)) return {};
  return Fail(ErrorCode::kInvalidArgument, "The folder '" + folder + "' cannot be made: " +
                                               (error ? error.message() : "a file is in its place") + ".");
}

/// Runs the images. Returns the exit status.
int RunImages(const SegmentRun& run, const std::vector<InputFile>& inputs, const SegmentFlags& flags, ComputePool& pool,
              const StopSignals& signals) {
  const SegmentFormat format = flags.json                   ? SegmentFormat::kJson
                               : isatty(STDOUT_FILENO) == 1 ? SegmentFormat::kWords
                                                            : SegmentFormat::kQuiet;
  SegmentReport report(inputs, format);
  SegmentAll(
      run, inputs, pool, signals.token(),
      {.progress = [&](std::size_t image, int done, int total) { report.Progress(image, done, total); },
       .done = [&](std::size_t image, Result<SegmentedImage> outcome) { report.Done(image, std::move(outcome)); }});
  if (report.done() == inputs.size()) return report.failed() == 0 ? kExitOk : kExitSomeFailed;
  std::cerr << "intelliclinix segment: stopped; " << report.done() << " of " << inputs.size() << " images were done.\n";
  return kExitSignal + signals.signal();
}

Result<int> Segment(const SegmentFlags& flags) {
  StopSignals signals;
  IC_ASSIGN_OR_RETURN(const Configuration configuration, flags.settings.Configure());
  IC_ASSIGN_OR_RETURN(const auto installation, OpenInstallation(configuration.settings));
  IC_ASSIGN_OR_RETURN(const RunnableModel model, FindModel(*installation, flags.model));
  IC_ASSIGN_OR_RETURN(Json params, flags.parameters.Resolve(model.runner.Describe().parameters));
  IC_ASSIGN_OR_RETURN(const std::vector<InputFile> inputs, FindInputs(flags.paths, flags.out));
  IC_RETURN_IF_ERROR(MakeFolder(flags.out));
  IC_RETURN_IF_ERROR(model.runner.Prepare(model.entry));
  const SegmentRun run{.model = model,
                       .params = std::move(params),
                       .out = flags.out,
                       .all_outputs = flags.all,
                       .limits = SourceLimitsOf(configuration.settings)};
  return RunImages(run, inputs, flags, installation->pool, signals);
}

}  // namespace

void AddSegment(CLI::App& program, Action& action) {
  CLI::App* const command =
      program.add_subcommand("segment", "Segments image files into mask files; needs no server and no account.");
  const auto flags = std::make_shared<SegmentFlags>(*command);
  command->add_option("paths", flags->paths, "Images (PNG, JPEG, TIFF), and folders of images.")
      ->required()
      ->type_name("PATH");
  command->add_option("-o,--out", flags->out, "The folder for masks and overlays. Made where it is missing.")
      ->required()
      ->type_name("FOLDER");
  command->add_option("--model", flags->model, "The model; see `intelliclinix models list`. Default: cellpose_default")
      ->type_name("ID");
  command->add_flag("--json", flags->json, "Prints one JSON object an image, in the order of the images.");
  command->add_flag("--all", flags->all, "Writes every output of the model, not only masks and overlay.");
  command->callback([&action, flags] {
    action = [flags] {
      log::SetLevel(log::Level::kOff);
      const Result<int> status = Segment(*flags);
      if (!status) return PrintError("segment", status.error());
      if (std::cout.flush()) return *status;
      return PrintError("segment", {ErrorCode::kResourceExhausted,
                                    "Standard output cannot be written, so lines are missing there; is the disk full?",
                                    {}});
    };
  });
}

}  // namespace intelliclinix::app
