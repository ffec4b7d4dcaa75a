#include <sys/stat.h>
#include <toml++/toml.h>

#include "app/configuration.h"
#include "base/file.h"

namespace intelliclinix::app {
namespace {

std::string KnownKeys() {
  std::string keys;
  for (const Setting& setting : SettingTable()) {
    if (setting.in_file) keys += (keys.empty() ? "" : ", ") + std::string(setting.name);
  }
  return keys;
}

/// The text of a value of the right type: a TOML string for texts, a TOML integer for numbers.
Result<std::string> ScalarText(const Setting& setting, const toml::node& node, const std::string& origin) {
  const bool number = std::holds_alternative<std::int64_t Settings::*>(setting.member);
  if (number && node.is_integer()) return std::to_string(node.as_integer()->get());
  if (!number && node.is_string()) return node.as_string()->get();
  return Fail(ErrorCode::kInvalidArgument,
              "'" + std::string(setting.name) + "' (" + origin + ") must be " +
                  (number ? "a whole number without quotes." : "a text in quotes."),
              std::string(setting.name));
}

Result<std::vector<std::string>> Texts(const Setting& setting, const toml::node& node, const std::string& origin) {
  std::vector<std::string> texts;
  if (!std::holds_alternative<std::vector<std::string> Settings::*>(setting.member)) {
    IC_ASSIGN_OR_RETURN(std::string text, ScalarText(setting, node, origin));
    texts.push_back(std::move(text));
    return texts;
  }
  const toml::array* const list = node.as_array();
  if (list == nullptr) {
    return Fail(ErrorCode::kInvalidArgument,
                "'" + std::string(setting.name) + "' (" + origin + ") must be a list of texts, such as [\"a\", \"b\"].",
                std::string(setting.name));
  }
  for (const toml::node& member : *list) {
    IC_ASSIGN_OR_RETURN(std::string text, ScalarText(setting, member, origin));
    texts.push_back(std::move(text));
  }
  return texts;
}

Status CheckSecretFile(const std::string& path) {
  struct stat status{};
  if (stat(path.c_str(), &status) == 0 && (status.st_mode & 077) == 0) return {};
  return Fail(ErrorCode::kInvalidArgument,
              "'" + path + "' holds a secret and others may read it. Run: chmod 600 '" + path + "'");
}

Result<toml::table> Parse(const std::string& path, const std::string& content) {
  try {
    return toml::parse(content, path);
  } catch (const toml::parse_error& error) {
    return Fail(ErrorCode::kInvalidArgument, "'" + path + "', line " + std::to_string(error.source().begin.line) +
                                                 ", is not TOML: " + std::string(error.description()));
  }
}

}  // namespace

Result<SettingLayer> ReadSettingsFile(const std::string& path) {
  IC_ASSIGN_OR_RETURN(const std::string content, ReadTextFile(path));
  IC_ASSIGN_OR_RETURN(const toml::table table, Parse(path, content));
  SettingLayer layer;
  for (const auto& [key, node] : table) {
    const std::string origin = path + ", line " + std::to_string(key.source().begin.line);
    const Setting* const setting = FindSetting(key.str());
    if (setting == nullptr || !setting->in_file) {
      const std::string name(key.str().substr(0, 100));
      return Fail(ErrorCode::kInvalidArgument,
                  origin + ": there is no setting '" + name + "'. There are: " + KnownKeys(), name);
    }
    IC_ASSIGN_OR_RETURN(std::vector<std::string> texts, Texts(*setting, node, origin));
    const bool has_password = setting->name == "store" && HasPassword(texts.front());
    if (setting->secret || has_password) IC_RETURN_IF_ERROR(CheckSecretFile(path));
    layer[std::string(setting->name)] = GivenValue{std::move(texts), origin};
  }
  return layer;
}

}  // namespace intelliclinix::app
