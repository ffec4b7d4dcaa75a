#include "app/command_line.h"

#include <exception>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "app/commands.h"
#include "app/exit_code.h"

namespace intelliclinix::app {
namespace {

constexpr const char* kFooter =
    "Exit status: 0 done; 1 wrong flags or configuration, nothing could be done, or fsck or verify found something; 2 "
    "some\n"
    "images failed, some model is not fit, or doctor found a problem; 130 stopped with Ctrl-C.";

/// What the parser did not know what to do with, in words; empty where it knew all.
std::string UnknownText(const CLI::App& program) {
  const std::vector<std::string> unknown = program.remaining(true);
  if (unknown.empty()) return "";
  const CLI::App* named = &program;
  while (!named->get_subcommands().empty()) named = named->get_subcommands().front();
  const bool has_commands = !named->get_subcommands([](const CLI::App*) { return true; }).empty();
  if (unknown.front().starts_with('-')) return "There is no flag '" + unknown.front() + "'.";
  return has_commands ? "There is no command '" + unknown.front() + "'." : "'" + unknown.front() + "' is one too many.";
}

/// The exit status where that is all: for help, the version, and what is not understood.
std::optional<int> Parse(CLI::App& program, int argc, const char* const* argv) {
  try {
    program.parse(argc, argv);
  } catch (const CLI::Success& help_or_version) {
    return program.exit(help_or_version);
  } catch (const CLI::ParseError& error) {
    std::string command = "intelliclinix";
    for (const CLI::App* named : program.get_subcommands()) command += " " + named->get_name();
    // That something is missing comes of what was not understood, so this is told first.
    const std::string unknown = UnknownText(program);
    std::cerr << command << ": " << (unknown.empty() ? error.what() : unknown) << "\nSee: " << command << " --help\n";
    return kExitError;
  }
  return std::nullopt;
}

}  // namespace

int RunProgram(int argc, const char* const* argv) {
  CLI::App program("Finds cells and nuclei in microscope images: a server with an HTTP API, and a command line.",
                   "intelliclinix");
  program.footer(kFooter);
  program.set_version_flag("--version", VersionText());
  program.require_subcommand(1);
  Action action;
  AddServe(program, action);
  AddWorker(program, action);
  AddSegment(program, action);
  AddModels(program, action);
  AddAdmin(program, action);
  AddDoctor(program, action);
  AddVerify(program, action);
  AddVersion(program, action);
  if (const std::optional<int> status = Parse(program, argc, argv)) return *status;
  try {
    return action();
  } catch (const std::exception& error) {
    return PrintError("stopped", {ErrorCode::kInternal, error.what(), {}});
  }
}

int PrintError(std::string_view command, const Error& error) {
  std::cerr << "intelliclinix " << command << ": " << error.message << std::endl;
  return kExitError;
}

}  // namespace intelliclinix::app
