// The parameters of a runner, described once: the table drives validation, JSON Schema, command-line flags and docs.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace intelliclinix::runners {

enum class ParameterType {
  kNumber,
  kInteger,
  kBoolean,
  kString,
  kRange,        ///< [low, high], two numbers of which the first is smaller; or list_length of these, where that is > 0
  kChoiceList,   ///< one or more of `choices`, each once
  kSwitch,       ///< true, false, or an object of `members`, which means true
  kObject,       ///< an object of `members`
  kChannelList,  ///< of list_length members: numbers of channels, names, or null for 0
};

struct Parameter {
  std::string name;  ///< as in `params` and as the flag `--name` (with '_' as '-')
  ParameterType type = ParameterType::kNumber;
  Json default_value;  ///< null: not set, the runner decides; then null is a legal value
  std::string description;
  std::string unit{};               ///< for people, for example "px"; empty where there is none
  std::optional<double> minimum{};  ///< numbers, and each number in a list or range
  std::optional<double> maximum{};
  bool zero_allowed = false;           ///< numbers: 0 is legal beside minimum to maximum
  int multiple_of = 0;                 ///< integers: of what they are multiples; 0: of nothing
  std::vector<std::string> choices{};  ///< strings and lists of choices: the legal ones
  int list_length = 0;                 ///< lists: the exact length
  std::vector<Parameter> members{};    ///< switches: what the object may have
  std::string unsupported{};           ///< not empty: known by name and refused with this sentence; not in the schema
};

/// Threads: any; immutable.
class ParameterTable {
 public:
  ParameterTable() = default;
  explicit ParameterTable(std::vector<Parameter> parameters) : parameters_(std::move(parameters)) {}

  const std::vector<Parameter>& parameters() const { return parameters_; }

  /// Checks `params` (an object) and fills in the defaults, in the object of a switch too.
  /// Errors: kInvalidArgument with field "params.NAME" (of a switch "params.NAME.MEMBER") for a parameter that is
  /// unknown, unsupported, of another type or out of range, and with field "params" when it is not an object.
  Result<Json> Resolve(const Json& params) const;

  /// A value from a command line: "30", "true", "0,0", "a,b", "DAPI,null", "z=3,t=1", "null", "{...}". Errors:
  /// kInvalidArgument; Resolve checks the range.
  static Result<Json> ParseText(const Parameter& parameter, std::string_view text);

  /// JSON Schema (2020-12) of `params`, with defaults, units ("x-unit") and limits; unknown members are refused.
  Json JsonSchema() const;

 private:
  std::vector<Parameter> parameters_;
};

}  // namespace intelliclinix::runners
