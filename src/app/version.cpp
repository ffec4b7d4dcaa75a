#include <iostream>

#include "app/commands.h"
#include "app/exit_code.h"

namespace intelliclinix::app {

std::string_view VersionText() { return "intelliclinix " INTELLICLINIX_VERSION; }

void AddVersion(CLI::App& program, Action& action) {
  CLI::App* const command = program.add_subcommand("version", "Prints the version.");
  command->callback([&action] {
    action = [] {
      std::cout << VersionText() << '\n';
      return kExitOk;
    };
  });
}

}  // namespace intelliclinix::app
