#include <algorithm>
#include <iostream>
#include <memory>

#include "app/commands.h"
#include "app/exit_code.h"
#include "app/open_store.h"
#include "app/setting_flags.h"
#include "base/json.h"
#include "base/log.h"

namespace intelliclinix::app {
namespace {

constexpr int kExitFound = 1;  // as fsck(8) has it for a file system

struct FsckFlags {
  bool fix = false;
  bool json = false;
};

std::string IdText(const store::Inconsistency& found) { return found.id == ObjectId() ? "" : found.id.ToString(); }

void PrintJson(const store::Inconsistency& found) {
  std::cout << DumpJson(
                   {{"kind", found.kind}, {"id", IdText(found)}, {"detail", found.sentence}, {"fixed", found.fixed}})
            << "\n";
}

void PrintText(const store::Inconsistency& found) {
  std::cout << found.kind << (found.id == ObjectId() ? "" : " ") << IdText(found) << ": " << found.sentence
            << (found.fixed ? " Fixed." : "") << "\n";
}

void PrintSummary(const std::vector<store::Inconsistency>& found) {
  const auto fixed = std::ranges::count(found, true, &store::Inconsistency::fixed);
  if (found.empty()) std::cout << "The store is consistent.\n";
  if (!found.empty()) std::cout << found.size() << " found, " << fixed << " fixed.\n";
}

int Fsck(const Settings& settings, const FsckFlags& flags) {
  const SystemClock clock;
  const auto store = OpenStore(settings, clock, IfMissing::kRefuse);
  if (!store) return PrintError("admin fsck", store.error());
  const auto found = (*store)->Check({.fix = flags.fix, .now = clock.Now()});
  if (!found) return PrintError("admin fsck", found.error());
  std::ranges::for_each(*found, flags.json ? PrintJson : PrintText);
  if (!flags.json) PrintSummary(*found);
  return found->empty() ? kExitOk : kExitFound;
}

int SetRole(const Settings& settings, const std::string& username, const std::string& role) {
  const SystemClock clock;
  const auto store = OpenStore(settings, clock, IfMissing::kRefuse);
  if (!store) return PrintError("admin", store.error());
  const Status set = (*store)->SetUserRole(username, role);
  if (!set) {
    return PrintError("admin", {set.error().code, "'" + username + "': " + set.error().message, set.error().field});
  }
  std::cout << "'" << username << "' is " << (role == "admin" ? "an administrator now.\n" : "a user now.\n");
  return kExitOk;
}

/// `admin grant` and `admin revoke`.
void AddRole(CLI::App& admin, Action& action, const char* name, const char* help, const char* role) {
  CLI::App* const command = admin.add_subcommand(name, help);
  const auto settings = std::make_shared<SettingFlags>(*command, SettingScope::kStore);
  const auto username = std::make_shared<std::string>();
  command->add_option("username", *username, "Whom.")->required()->type_name("USERNAME");
  command->callback([&action, settings, username, role] {
    action = [settings, username, role] {
      log::SetLevel(log::Level::kOff);
      const Result<Configuration> configuration = settings->Configure();
      if (!configuration) return PrintError("admin", configuration.error());
      return SetRole(configuration->settings, *username, role);
    };
  });
}

}  // namespace

void AddAdmin(CLI::App& program, Action& action) {
  CLI::App* const admin = program.add_subcommand("admin", "For those who keep the server.");
  admin->require_subcommand(1);
  AddRole(*admin, action, "grant", "Makes a user an administrator, who may import and remove models.", "admin");
  AddRole(*admin, action, "revoke", "Makes an administrator a user like others.", "user");
  CLI::App* const command = admin->add_subcommand(
      "fsck", "Lists what in a store contradicts itself. The exit status is 0 when there is nothing, else 1.");
  const auto settings = std::make_shared<SettingFlags>(*command, SettingScope::kStore);
  const auto flags = std::make_shared<FsckFlags>();
  command->add_flag("--fix", flags->fix, "Puts right what can be.");
  command->add_flag("--json", flags->json, "Prints one JSON object a line.");
  command->callback([&action, settings, flags] {
    action = [settings, flags] {
      log::SetLevel(log::Level::kOff);
      const Result<Configuration> configuration = settings->Configure();
      if (!configuration) return PrintError("admin fsck", configuration.error());
      return Fsck(configuration->settings, *flags);
    };
  });
}

}  // namespace intelliclinix::app
