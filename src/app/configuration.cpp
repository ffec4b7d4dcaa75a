#include "app/configuration.h"

#include <filesystem>

#include <unistd.h>

namespace intelliclinix::app {
namespace {

constexpr std::size_t kShortestSecret = 32;  // characters: RFC 7518, section 3.2

std::vector<std::string> SplitAtCommas(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    parts.emplace_back(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return parts;
}

std::unexpected<Error> Refuse(std::string_view name, const std::string& why) {
  return Fail(ErrorCode::kInvalidArgument, "'" + std::string(name) + "' " + why, std::string(name));
}

/// Browsers send an origin without a path, and it is compared as a whole.
bool IsOrigin(std::string_view text) {
  if (text == "*") return true;
  const std::size_t scheme = text.starts_with("http://") ? 7 : text.starts_with("https://") ? 8 : 0;
  return scheme > 0 && text.size() > scheme && text.find_first_of("/?#@ ", scheme) == std::string_view::npos;
}

/// What the table cannot say.
Status CheckSettings(const Settings& settings) {
  if (settings.data.empty()) return Refuse("data", "is empty. Name a folder.");
  if (settings.store.empty() || (settings.store.contains("://") && !IsMongoUri(settings.store))) {
    return Refuse("store",
                  "must be 'sqlite', which keeps everything in the data folder, another folder, or a URI that "
                  "begins with mongodb:// or mongodb+srv://.");
  }
  if (!settings.jwt_secret.empty() && settings.jwt_secret.size() < kShortestSecret) {
    return Refuse("jwt_secret", "is too short. Use at least 32 random characters, for example: openssl rand -hex 32");
  }
  for (const std::string& origin : settings.cors_origin) {
    if (!IsOrigin(origin)) {
      return Refuse("cors_origin", "must be an origin such as https://lab.example.org:8443, without a path; got '" +
                                       origin.substr(0, 100) + "'.");
    }
  }
  return {};
}

/// What Kubernetes sets in every container for a Service that is named "intelliclinix".
/// Source: https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
bool IsServiceLink(std::string_view variable, std::string_view value) {
  return variable.starts_with("INTELLICLINIX_SERVICE_") || variable.starts_with("INTELLICLINIX_PORT_") ||
         (variable == "INTELLICLINIX_PORT" && value.find("://") != std::string_view::npos);
}

}  // namespace

Result<SettingLayer> ReadEnvironment(const std::vector<std::string>& environment) {
  SettingLayer layer;
  for (const std::string& entry : environment) {
    if (!entry.starts_with("INTELLICLINIX_")) continue;
    const std::size_t equals = std::min(entry.find('='), entry.size());
    const std::string variable = entry.substr(0, equals);
    const std::string value = entry.substr(std::min(equals + 1, entry.size()));
    if (IsServiceLink(variable, value)) continue;
    const Setting* setting = nullptr;
    for (const Setting& candidate : SettingTable()) {
      if (VariableName(candidate) == variable) setting = &candidate;
    }
    if (setting == nullptr) {
      return Fail(ErrorCode::kInvalidArgument,
                  "The environment variable '" + variable + "' is no setting. Unset it, or see docs/configuration.md.",
                  variable);
    }
    const bool list = std::holds_alternative<std::vector<std::string> Settings::*>(setting->member);
    layer[std::string(setting->name)] =
        GivenValue{list ? SplitAtCommas(value) : std::vector{value}, "environment " + variable};
  }
  return layer;
}

Result<Configuration> Combine(const std::vector<SettingLayer>& layers) {
  Configuration configuration;
  for (const Setting& setting : SettingTable()) {
    for (const SettingLayer& layer : layers) {
      const auto given = layer.find(setting.name);
      if (given == layer.end()) continue;
      const GivenValue& value = given->second;
      IC_RETURN_IF_ERROR(AssignSetting(setting, value.texts, value.origin, configuration.settings));
      configuration.origins[given->first] = value.origin;
      break;
    }
  }
  IC_RETURN_IF_ERROR(CheckSettings(configuration.settings));
  return configuration;
}

Result<Configuration> Configure(const SettingLayer& flags, const std::vector<std::string>& environment,
                                bool look_in_data_folder) {
  IC_ASSIGN_OR_RETURN(const SettingLayer variables, ReadEnvironment(environment));
  IC_ASSIGN_OR_RETURN(Configuration without_file, Combine({flags, variables}));
  std::string path = without_file.settings.config;
  if (path.empty()) {
    path = std::filesystem::path(without_file.settings.data) / "intelliclinix.toml";
    std::error_code ignored;
    if (!look_in_data_folder || !std::filesystem::exists(path, ignored)) return without_file;
  }
  IC_ASSIGN_OR_RETURN(const SettingLayer file, ReadSettingsFile(path));
  return Combine({flags, variables, file});
}

std::string PrintConfiguration(const Configuration& configuration) {
  std::string text = "# The settings that hold, and where each is from.\n";
  for (const Setting& setting : SettingTable()) {
    const auto origin = configuration.origins.find(setting.name);
    const bool given = origin != configuration.origins.end();
    const bool secret = IsSecret(setting, configuration.settings);
    const std::string value = secret && given ? "\"********\"" : TomlValue(setting, configuration.settings);
    text += (secret || !setting.in_file ? "# " : "") + std::string(setting.name) + " = " + value + "  # " +
            (given ? origin->second : "default") + "\n";
  }
  return text;
}

std::vector<std::string> ProcessEnvironment() {
  std::vector<std::string> environment;
  for (char** entry = environ; *entry != nullptr; ++entry) environment.emplace_back(*entry);
  return environment;
}

}  // namespace intelliclinix::app
