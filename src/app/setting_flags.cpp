#include "app/setting_flags.h"

namespace intelliclinix::app {
namespace {

/// " One of a, b." where only some texts are legal.
std::string ChoicesText(const Setting& setting) {
  std::string text;
  for (const std::string_view choice : setting.choices) {
    text += (text.empty() ? " One of " : ", ") + std::string(choice);
  }
  return text.empty() ? text : text + ".";
}

}  // namespace

SettingFlags::SettingFlags(CLI::App& command, SettingScope scope) : scope_(scope) {
  for (const Setting& setting : SettingTable()) {
    if (!setting.has_flag || (setting.serve_only && scope != SettingScope::kServe)) continue;
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
  return app::Configure(flags, ProcessEnvironment(), scope_ == SettingScope::kServe);
}

}  // namespace intelliclinix::app
