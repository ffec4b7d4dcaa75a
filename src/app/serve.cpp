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
constexpr rlim_t kOtherDescriptors = 1'024;
constexpr std::chrono::hours kTidyEvery{1};

/// Lets the process open a file descriptor for each connection, as far as the system permits.
void RaiseDescriptorLimit(const Settings& settings) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  const rlim_t wanted = static_cast<rlim_t>(settings.max_connections) + kOtherDescriptors;
  if (limit.rlim_cur >= wanted) return;
  limit.rlim_cur = std::min(wanted, limit.rlim_max);
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < wanted) {
    log::Warning("few_file_descriptors",
                 {{"wanted", static_cast<long long>(wanted)}, {"permitted", static_cast<long long>(limit.rlim_max)}});
  }
}

std::string UrlOf(const Settings& settings, std::uint16_t port) {
  const bool v6 = settings.host.find(':') != std::string::npos;
  return "http://" + (v6 ? "[" + settings.host + "]" : settings.host) + ":" + std::to_string(port);
}

int Serve(const Settings& settings) {
  log::SetLevel(LogLevelOf(settings));
  std::signal(SIGPIPE, SIG_IGN);
  umask(077);  // what the server writes is for its own user
  RaiseDescriptorLimit(settings);
  StopSignals signals;
  const auto process = ServerProcess::Open(settings);
  if (!process) return PrintError("serve", process.error());
  const Result<std::uint16_t> port = (*process)->Start();
  if (!port) return PrintError("serve", port.error());
  std::cout << "IntelliClinix listening on " << UrlOf(settings, *port) << std::endl;
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
