#include "app/setting_flags.h"

#include <algorithm>
#include <array>

namespace intelliclinix::app {
namespace {

using namespace std::string_view_literals;

/// " One of a, b." where only some texts are legal.
std::string ChoicesText(const Setting& setting) {
  std::string text;
  for (const std::string_view choice : setting.choices) {
    text += (text.empty() ? " One of " : ", ") + std::string(choice);
  }
  return text.empty() ? text : text + ".";
}

/// What a worker needs of what the server has.
constexpr std::array kWorkerSettings = {"data"sv,           "host"sv,         "store"sv,
                                        "workers"sv,        "stop_grace_s"sv, "lease_s"sv,
                                        "orphan_grace_s"sv, "metrics_port"sv, "log_level"sv};
/// What is needed to find the store.
constexpr std::array kStoreSettings = {"config"sv, "data"sv, "store"sv};

bool HasFlag(const Setting& setting, SettingScope scope) {
  if (!setting.has_flag) return false;
  const bool of_worker = std::ranges::find(kWorkerSettings, setting.name) != kWorkerSettings.end();
  if (scope == SettingScope::kStore) return std::ranges::find(kStoreSettings, setting.name) != kStoreSettings.end();
  if (scope == SettingScope::kWorker) return of_worker || !setting.serve_only;
  if (scope == SettingScope::kServe) return setting.name != "metrics_port";
  return !setting.serve_only || std::ranges::find(kStoreSettings, setting.name) != kStoreSettings.end();
}

}  // namespace

SettingFlags::SettingFlags(CLI::App& command, SettingScope scope) : scope_(scope) {
  for (const Setting& setting : SettingTable()) {
    if (!HasFlag(setting, scope)) continue;
    const std::string default_value = TomlValue(setting, Settings());
    command
        .add_option(FlagName(setting), texts_[std::string(setting.name)],
                    std::string(setting.help) + ChoicesText(setting) +
                        (default_value == "\"\"" ? "" : " Default: " + default_value))
        ->allow_extra_args(false)
        ->type_name("")
        ->group("Settings");
  }
}

Result<Configuration> SettingFlags::Configure() const {
  SettingLayer flags;
  for (const auto& [name, texts] : texts_) {
    if (!texts.empty()) flags[name] = GivenValue{texts, FlagName(*FindSetting(name))};
  }
  return app::Configure(flags, ProcessEnvironment(), scope_ != SettingScope::kFiles);
}

}  // namespace intelliclinix::app
