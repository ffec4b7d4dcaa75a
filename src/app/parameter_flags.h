// The parameters of runners as flags, from the runners' own tables.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <CLI/App.hpp>

#include "base/json.h"
#include "runners/model_runner.h"

namespace intelliclinix::app {

/// Takes the texts of the flags; must live until the command line is parsed. Where runners share a parameter's name,
/// they share the flag.
class ParameterFlags {
 public:
  ParameterFlags(CLI::App& command, const std::vector<std::unique_ptr<runners::ModelRunner>>& runners);
  ParameterFlags(const ParameterFlags&) = delete;
  ParameterFlags& operator=(const ParameterFlags&) = delete;

  /// What was given, read and resolved by the table of the runner that will run.
  /// Errors: those of ParameterTable, for a flag of another runner too.
  Result<Json> Resolve(const runners::ParameterTable& table) const;

  /// Whether `word`, which is no flag and comes right after `flag`, was meant as its value: `--resample false`.
  /// Errors: kInvalidArgument, how to write it, where it was.
  static Status CheckWordAfter(const runners::ParameterTable& table, const CLI::Option& flag, const std::string& word);

 private:
  void Add(CLI::App& command, const runners::Parameter& parameter, const std::string& group);

  std::map<std::string, std::string, std::less<>> texts_;  // by the parameter's name; empty: not given
};

/// The table as Markdown, for docs/cli.md.
std::string ParametersMarkdown(const runners::ParameterTable& table);

}  // namespace intelliclinix::app
