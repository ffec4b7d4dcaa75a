// The settings as flags of a subcommand.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <CLI/App.hpp>

#include "app/configuration.h"

namespace intelliclinix::app {

/// Which settings a subcommand has as flags. All but those of kFiles read the settings file in the data folder too:
/// that of a server is nothing to who segments files beside it.
enum class SettingScope { kServe, kWorker, kStore, kModels, kFiles };

/// Takes the texts of a subcommand's flags; must live until the command line is parsed.
class SettingFlags {
 public:
  SettingFlags(CLI::App& command, SettingScope scope);
  SettingFlags(const SettingFlags&) = delete;
  SettingFlags& operator=(const SettingFlags&) = delete;

  /// The settings that hold with the flags that were given; see Configure.
  Result<Configuration> Configure() const;

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> texts_;
  SettingScope scope_;
};

}  // namespace intelliclinix::app
