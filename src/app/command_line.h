// The program as a function of its command line.
#pragma once

namespace intelliclinix::app {

/// Parses the command line and runs the subcommand. Returns the exit status (exit_code.h).
int RunProgram(int argc, const char* const* argv);

}  // namespace intelliclinix::app
