#include "app/parameter_flags.h"

#include <algorithm>
#include <iomanip>
#include <sstream>

namespace intelliclinix::app {
namespace {

using runners::Parameter;
using runners::ParameterType;

std::string FlagOf(const Parameter& parameter) {
  std::string flag = "--" + parameter.name;
  std::ranges::replace(flag, '_', '-');
  return flag;
}

/// `--flag` alone means true.
bool StandsAlone(const Parameter& parameter) {
  return parameter.type == ParameterType::kBoolean || parameter.type == ParameterType::kSwitch;
}

std::string Join(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

/// "px, 0 to 500", "f32, bf16".
std::string RangeOf(const Parameter& parameter) {
  std::ostringstream text;
  text << std::setprecision(15) << parameter.unit;
  if (parameter.minimum || parameter.maximum) {
    text << (parameter.unit.empty() ? "" : ", ");
    if (parameter.zero_allowed) text << "0 or ";
    if (parameter.minimum) text << (parameter.maximum ? "" : "from ") << *parameter.minimum;
    if (parameter.maximum) text << (parameter.minimum ? " to " : "to ") << *parameter.maximum;
  }
  text << Join(parameter.choices);
  return text.str();
}

std::string DefaultOf(const Parameter& parameter) {
  const Json& value = parameter.default_value;
  if (value.is_null()) return "";
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_array()) return DumpJson(value);
  std::string list = DumpJson(value);
  std::erase(list, '"');
  return list.substr(1, list.size() - 2);
}

std::string HelpOf(const Parameter& parameter) {
  const std::string range = RangeOf(parameter);
  const std::string default_value = DefaultOf(parameter);
  return parameter.description + (range.empty() ? "" : " (" + range + ")") +
         (default_value.empty() ? "" : " Default: " + default_value) +
         (default_value == "true" ? "; off with " + FlagOf(parameter) + "=false" : "");
}

bool Knows(const runners::ModelRunner& runner, const Parameter& parameter) {
  return std::ranges::any_of(runner.Describe().parameters.parameters(), [&parameter](const Parameter& other) {
    return other.name == parameter.name && other.unsupported.empty();
  });
}

/// The heading of a flag in the help: whose models have it.
std::string GroupOf(const Parameter& parameter, const std::vector<std::unique_ptr<runners::ModelRunner>>& runners) {
  std::vector<std::string> names;
  for (const auto& runner : runners) {
    if (Knows(*runner, parameter)) names.push_back(runner->Describe().name);
  }
  if (names.size() == runners.size()) return "Parameters of the model";
  return "Parameters of models that run on " + Join(names);
}

}  // namespace

ParameterFlags::ParameterFlags(CLI::App& command, const std::vector<std::unique_ptr<runners::ModelRunner>>& runners) {
  for (const auto& runner : runners) {
    for (const Parameter& parameter : runner->Describe().parameters.parameters()) {
      const bool known = !parameter.unsupported.empty() || texts_.contains(parameter.name);
      if (!known) Add(command, parameter, GroupOf(parameter, runners));
    }
  }
}

void ParameterFlags::Add(CLI::App& command, const Parameter& parameter, const std::string& group) {
  std::string& text = texts_[parameter.name];
  CLI::Option* const option = StandsAlone(parameter) ? command.add_flag(FlagOf(parameter), text, HelpOf(parameter))
                                                     : command.add_option(FlagOf(parameter), text, HelpOf(parameter));
  option->type_name("")->group(group);
}

Result<Json> ParameterFlags::Resolve(const runners::ParameterTable& table) const {
  Json params = Json::object();
  for (const auto& [name, text] : texts_) {
    if (text.empty()) continue;
    const auto found = std::ranges::find(table.parameters(), name, &Parameter::name);
    params[name] = text;
    if (found == table.parameters().end()) continue;  // refused by name below
    IC_ASSIGN_OR_RETURN(params[name], runners::ParameterTable::ParseText(*found, text));
  }
  return table.Resolve(params);
}

Status ParameterFlags::CheckWordAfter(const runners::ParameterTable& table, const CLI::Option& flag,
                                      const std::string& word) {
  for (const Parameter& parameter : table.parameters()) {
    if (!StandsAlone(parameter) || !flag.check_name(FlagOf(parameter))) continue;
    if (!runners::ParameterTable::ParseText(parameter, word)) continue;
    return Fail(ErrorCode::kInvalidArgument, "'" + word + "' after " + FlagOf(parameter) +
                                                 " is taken for a file. For the value, write " + FlagOf(parameter) +
                                                 "=" + word + "; for a file, ./" + word + ".");
  }
  return {};
}

std::string ParametersMarkdown(const runners::ParameterTable& table) {
  std::string text = "| flag | in `params` | default | range | meaning |\n|---|---|---|---|---|\n";
  for (const Parameter& parameter : table.parameters()) {
    if (!parameter.unsupported.empty()) continue;
    const std::string default_value = DefaultOf(parameter);
    text += "| `" + FlagOf(parameter) + "` | `" + parameter.name + "` | " +
            (default_value.empty() ? "" : "`" + default_value + "`") + " | " + RangeOf(parameter) + " | " +
            parameter.description + " |\n";
  }
  return text;
}

}  // namespace intelliclinix::app
