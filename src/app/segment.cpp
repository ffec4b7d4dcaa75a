#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <iostream>
#include <memory>
#include <system_error>

#include <fcntl.h>
#include <stdlib.h>
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
      : app(command), runners(MakeRunners({})), parameters(command, runners), settings(command, SettingScope::kFiles) {}

  const CLI::App& app;  // knows the order in which flags and paths were given
  const CLI::Option* paths_option = nullptr;
  std::vector<std::string> paths;
  std::string out;
  std::string model = "cellpose_default";
  std::string axes;
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

/// Refuses a path that was meant as the value of the switch before it.
Status CheckPathsAfterSwitches(const SegmentFlags& flags, const runners::ParameterTable& table) {
  const CLI::Option* before = nullptr;
  std::size_t path = 0;
  for (const CLI::Option* option : flags.app.parse_order()) {
    if (option == flags.paths_option) {
      if (before != nullptr) IC_RETURN_IF_ERROR(ParameterFlags::CheckWordAfter(table, *before, flags.paths.at(path)));
      ++path;
    }
    before = option;
  }
  return {};
}

/// Errors: kInvalidArgument for outputs that were chosen too.
Status ChooseAllOutputs(const runners::ParameterTable& table, Json& params) {
  const auto outputs = std::ranges::find(table.parameters(), "outputs", &runners::Parameter::name);
  if (outputs == table.parameters().end()) return {};
  if (params["outputs"] != outputs->default_value) {
    return Fail(ErrorCode::kInvalidArgument, "--all writes every output, --outputs some of them. Leave one out.");
  }
  params["outputs"] = outputs->choices;
  return {};
}

/// Makes a file and removes it, since only that shows whether outputs can be written.
Status ProbeFolder(const std::string& folder) {
  std::string name = std::filesystem::path(folder) / ".intelliclinix.XXXXXX";
  const int fd = mkostemp(name.data(), O_CLOEXEC);
  if (fd < 0) {
    return Fail(ErrorCode::kInvalidArgument, "The folder '" + folder + "' cannot be written to: " +
                                                 std::generic_category().message(errno) + ". Choose another with -o.");
  }
  close(fd);
  unlink(name.c_str());
  return {};
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
  std::cerr << "intelliclinix segment: stopped; " << report.done() - report.failed() << " of " << inputs.size()
            << " images were done, " << report.failed() << " failed.\n";
  return kExitSignal + signals.signal();
}

Result<int> Segment(const SegmentFlags& flags) {
  StopSignals signals;
  IC_ASSIGN_OR_RETURN(const Configuration configuration, flags.settings.Configure());
  IC_ASSIGN_OR_RETURN(const auto installation, OpenInstallation(configuration.settings));
  // A store is opened only for what is not there without it.
  if (installation->catalogue.Find(flags.model) == nullptr) {
    IC_RETURN_IF_ERROR(OpenImports(*installation, configuration.settings));
  }
  IC_ASSIGN_OR_RETURN(const RunnableModel model, FindModel(*installation, flags.model));
  IC_RETURN_IF_ERROR(CheckPathsAfterSwitches(flags, model.runner.Describe().parameters));
  IC_ASSIGN_OR_RETURN(Json params, flags.parameters.Resolve(model.runner.Describe().parameters));
  if (flags.all) IC_RETURN_IF_ERROR(ChooseAllOutputs(model.runner.Describe().parameters, params));
  IC_ASSIGN_OR_RETURN(const FoundInputs found, FindInputs(flags.paths, flags.out));
  if (found.left_out > 0) std::cerr << "intelliclinix segment: " << LeftOutText(found.left_out) << std::endl;
  const bool any_usable =
      std::ranges::any_of(found.inputs, [](const InputFile& input) { return input.problem.empty(); });
  if (any_usable) {
    IC_RETURN_IF_ERROR(MakeFolder(flags.out));
    IC_RETURN_IF_ERROR(ProbeFolder(flags.out));
    IC_RETURN_IF_ERROR(model.runner.Prepare(model.entry));
  }
  const SegmentRun run{.model = model,
                       .params = std::move(params),
                       .out = flags.out,
                       .limits = SourceLimitsOf(configuration.settings),
                       .axes = flags.axes};
  const int status = RunImages(run, found.inputs, flags, installation->pool, signals);
  return status == kExitSomeFailed && !any_usable ? kExitError : status;
}

}  // namespace

void AddSegment(CLI::App& program, Action& action) {
  CLI::App* const command =
      program.add_subcommand("segment", "Segments image files into mask files; needs no server and no account.");
  const auto flags = std::make_shared<SegmentFlags>(*command);
  flags->paths_option = command->add_option("paths", flags->paths, "Images (PNG, JPEG, TIFF), and folders of images.")
                            ->required()
                            ->type_name("PATH");
  command->add_option("-o,--out", flags->out, "The folder for outputs. Made where it is missing.")
      ->required()
      ->type_name("FOLDER");
  command->add_option("--model", flags->model, "The model; see `intelliclinix models list`. Default: cellpose_default")
      ->type_name("ID");
  command
      ->add_option(
          "--axes", flags->axes,
          "What the pages of a TIFF are that does not say so itself, slowest first: ZYX (depth), CYX (channels) "
          "or TYX (time).")
      ->type_name("LETTERS");
  command->add_flag("--json", flags->json, "Prints one JSON object an image, in the order of the images.");
  command->add_flag("--all", flags->all,
                    "Writes every output of the model, as --outputs does with all of its choices.");
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
