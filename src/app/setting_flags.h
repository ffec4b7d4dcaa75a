// The settings as flags of a subcommand.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <CLI/App.hpp>

#include "app/configuration.h"

namespace intelliclinix::app {

/// Which settings a subcommand has as flags.
enum class SettingScope { kServe, kWorker, kStore, kOther };

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
