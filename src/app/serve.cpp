#include <algorithm>
#include <csignal>
#include <iostream>
#include <memory>

#include <sys/resource.h>
#include <sys/stat.h>

#include "app/commands.h"
#include "app/exit_code.h"
#include "app/serve_options.h"
#include "app/server_process.h"
#include "app/setting_flags.h"
#include "app/signals.h"

namespace intelliclinix::app {
namespace {

// Files of the store, libraries and the like, beside the connections.
constexpr rlim_t kOtherDescriptors = 512;
constexpr std::chrono::hours kTidyEvery{1};

/// Lets the process open a file descriptor for each connection. Where the system does not permit as many, fewer
/// connections are served: one too many is then answered 503, and the store always finds a descriptor.
void FitConnectionsToDescriptors(Settings& settings) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  const rlim_t wanted = static_cast<rlim_t>(settings.max_connections) + kOtherDescriptors;
  limit.rlim_cur = std::max(limit.rlim_cur, std::min(wanted, limit.rlim_max));
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0) getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur >= wanted) return;
  const rlim_t others = std::min(kOtherDescriptors, limit.rlim_cur / 2);
  settings.max_connections = static_cast<std::int64_t>(limit.rlim_cur - others);
  log::Warning("fewer_connections", {{"max_connections", settings.max_connections},
                                     {"permitted_open_files", static_cast<long long>(limit.rlim_max)}});
}

int Serve(Settings settings) {
  log::SetLevel(LogLevelOf(settings));
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a limit on file sizes is an error of that write, as a full disk is
  umask(077);                     // what the server writes is for its own user
  FitConnectionsToDescriptors(settings);
  StopSignals signals;
  const auto process = ServerProcess::Open(settings);
  if (!process) return PrintError("serve", process.error());
  const Result<std::uint16_t> port = (*process)->Start();
  if (!port) return PrintError("serve", port.error());
  const std::string url = UrlOf(settings, *port);
  std::cout << "IntelliClinix listening on " << url << std::endl;
  log::Info("listening", {{"version", INTELLICLINIX_VERSION}, {"url", url}});
  do {
    (*process)->Tidy();
  } while (!signals.WaitFor(kTidyEvery));
  log::Info("stopping", {{"signal", signals.signal()}});
  (*process)->Stop();
  log::Info("stopped");
  return kExitOk;
}

}  // namespace

void AddServe(CLI::App& program, Action& action) {
  CLI::App* const command = program.add_subcommand("serve", "Runs the server: the HTTP API and its workers.");
  const auto flags = std::make_shared<SettingFlags>(*command, SettingScope::kServe);
  const auto print = std::make_shared<bool>(false);
  command->add_flag("--print-config", *print, "Prints the settings that hold and where each is from, and ends.");
  command->callback([&action, flags, print] {
    action = [flags, print] {
      const Result<Configuration> configuration = flags->Configure();
      if (!configuration) return PrintError("serve", configuration.error());
      if (!*print) return Serve(configuration->settings);
      std::cout << PrintConfiguration(*configuration);
      return kExitOk;
    };
  });
}

}  // namespace intelliclinix::app
