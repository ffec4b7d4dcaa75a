// The subcommands. Each adds itself to the parser and sets `action` when the command line asks for it.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include <CLI/App.hpp>

#include "base/result.h"

namespace intelliclinix::app {

/// What the command line asks for; returns the exit status (exit_code.h).
using Action = std::function<int()>;

void AddServe(CLI::App& program, Action& action);
void AddWorker(CLI::App& program, Action& action);
void AddAdmin(CLI::App& program, Action& action);
void AddSegment(CLI::App& program, Action& action);
void AddModels(CLI::App& program, Action& action);
void AddDoctor(CLI::App& program, Action& action);
void AddVerify(CLI::App& program, Action& action);
void AddVersion(CLI::App& program, Action& action);

/// Writes "intelliclinix COMMAND: MESSAGE" to standard error and returns kExitError.
int PrintError(std::string_view command, const Error& error);

/// "intelliclinix 0.1.0 (commit 1a2b3c, GNU 12.2.0)".
std::string VersionText();

}  // namespace intelliclinix::app
