// Settings from flags, environment and file become one set, of which each value's origin is known.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "app/settings.h"
#include "base/result.h"

namespace intelliclinix::app {

/// A setting as one place gives it.
struct GivenValue {
  std::vector<std::string> texts;
  std::string origin;  ///< for people: "--port", "environment INTELLICLINIX_PORT", "/etc/intelliclinix.toml, line 3"
};

/// What one place gives, by the names of settings.
using SettingLayer = std::map<std::string, GivenValue, std::less<>>;

/// The settings that hold.
struct Configuration {
  Settings settings;
  std::map<std::string, std::string, std::less<>> origins;  ///< by name; those that are not in it are defaults
};

/// The variables INTELLICLINIX_* among `environment` ("NAME=value").
/// Errors: kInvalidArgument naming a variable that is no setting.
Result<SettingLayer> ReadEnvironment(const std::vector<std::string>& environment);

/// Reads a TOML file (https://toml.io/en/v1.0.0).
/// Errors: kInvalidArgument naming the line that is not TOML, the key that is no setting or the value of another
/// type; also for a file with a secret that others than its owner may read.
Result<SettingLayer> ReadSettingsFile(const std::string& path);

/// Lays the layers over the defaults, the first layer on top, and checks the result.
/// Errors: kInvalidArgument with the setting as field.
Result<Configuration> Combine(const std::vector<SettingLayer>& layers);

/// Flags over environment over the file over defaults. The file is the one that flags or environment name;
/// `look_in_data_folder`: otherwise intelliclinix.toml in the data folder, where it is there.
/// Errors: those above.
Result<Configuration> Configure(const SettingLayer& flags, const std::vector<std::string>& environment,
                                bool look_in_data_folder);

/// The settings as a TOML file, each with its origin in a comment. Secrets are masked, in a comment.
std::string PrintConfiguration(const Configuration& configuration);

/// The variables of this process.
std::vector<std::string> ProcessEnvironment();

}  // namespace intelliclinix::app
