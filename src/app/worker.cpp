#include <csignal>
#include <iostream>
#include <memory>

#include <sys/stat.h>

#include "app/commands.h"
#include "app/exit_code.h"
#include "app/serve_options.h"
#include "app/setting_flags.h"
#include "app/signals.h"
#include "app/worker_process.h"

namespace intelliclinix::app {
namespace {

int Work(const Settings& settings) {
  if (settings.workers == 0) {
    return PrintError("worker", {ErrorCode::kInvalidArgument, "A worker needs --workers of 1 or more.", "workers"});
  }
  log::SetLevel(LogLevelOf(settings));
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a limit on file sizes is an error of that write, as a full disk is
  umask(077);                     // what it writes is for its own user
  StopSignals signals;
  const auto process = WorkerProcess::Open(settings);
  if (!process) return PrintError("worker", process.error());
  const Result<std::optional<std::uint16_t>> port = (*process)->Start();
  if (!port) return PrintError("worker", port.error());
  const std::string metrics = *port ? UrlOf(settings, **port) : "";
  std::cout << "IntelliClinix worker " << (*process)->name() << (metrics.empty() ? "" : " listening on " + metrics)
            << std::endl;
  log::Info("working", {{"version", INTELLICLINIX_VERSION}, {"worker", (*process)->name()}, {"url", metrics}});
  while (!signals.WaitFor(std::chrono::hours(1))) {
  }
  log::Info("stopping", {{"signal", signals.signal()}});
  (*process)->Stop();
  log::Info("stopped");
  return kExitOk;
}

}  // namespace

void AddWorker(CLI::App& program, Action& action) {
  CLI::App* const command = program.add_subcommand(
      "worker", "Runs the jobs of a store that servers and other workers share, without the API.");
  const auto flags = std::make_shared<SettingFlags>(*command, SettingScope::kWorker);
  command->callback([&action, flags] {
    action = [flags] {
      const Result<Configuration> configuration = flags->Configure();
      if (!configuration) return PrintError("worker", configuration.error());
      return Work(configuration->settings);
    };
  });
}

}  // namespace intelliclinix::app
