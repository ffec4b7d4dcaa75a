#include <iostream>
#include <memory>

#include "app/commands.h"
#include "app/doctor_report.h"
#include "app/exit_code.h"
#include "app/setting_flags.h"
#include "base/log.h"

namespace intelliclinix::app {

void AddDoctor(CLI::App& program, Action& action) {
  CLI::App* const command = program.add_subcommand(
      "doctor", "Tells what this machine can do, and whether the models, the data folder and the limits are in order.");
  const auto flags = std::make_shared<SettingFlags>(*command, SettingScope::kServe);
  const auto json = std::make_shared<bool>(false);
  command->add_flag("--json", *json, "Prints one JSON object.");
  command->callback([&action, flags, json] {
    action = [flags, json] {
      log::SetLevel(log::Level::kOff);
      const Result<Configuration> configuration = flags->Configure();
      if (!configuration) return PrintError("doctor", configuration.error());
      const Json report = Examine(configuration->settings);
      std::cout << (*json ? DumpJson(report) + "\n" : ReportText(report));
      return report["problems"].empty() ? kExitOk : kExitSomeFailed;
    };
  });
}

}  // namespace intelliclinix::app
