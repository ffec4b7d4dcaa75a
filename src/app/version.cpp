#include <iostream>

#include "app/commands.h"
#include "app/exit_code.h"
#include "app/this_build.h"

namespace intelliclinix::app {

std::string VersionText() {
  const Build build = ThisBuild();
  return "intelliclinix " + build.version + " (commit " + build.commit + ", " + build.compiler + ")";
}

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
