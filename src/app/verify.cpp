#include <iostream>
#include <memory>

#include "app/commands.h"
#include "app/exit_code.h"
#include "app/installation.h"
#include "app/setting_flags.h"
#include "app/signals.h"
#include "app/verify_report.h"
#include "base/log.h"

namespace intelliclinix::app {
namespace {

/// The flags of `verify`.
struct VerifyFlags {
  explicit VerifyFlags(CLI::App& command) : settings(command, SettingScope::kFiles) {}

  std::string file;
  bool rerun = false;
  bool json = false;
  SettingFlags settings;
};

Result<Verification> Check(const VerifyFlags& flags, const std::stop_token& stop) {
  IC_ASSIGN_OR_RETURN(const std::unique_ptr<FileSource> file, FileSource::Open(flags.file));
  IC_ASSIGN_OR_RETURN(const ZipReader archive, ZipReader::Open(*file));
  IC_RETURN_IF_ERROR(api::CheckExpansion(archive, file->size()));
  Verification verification;
  IC_ASSIGN_OR_RETURN(verification.manifest, api::ReadManifest(archive));
  IC_ASSIGN_OR_RETURN(verification.check, api::CheckArchive(archive, verification.manifest, stop));
  // What is not as it was cannot tell whether the masks would be.
  if (!flags.rerun || !verification.check.problems.empty()) return verification;
  IC_ASSIGN_OR_RETURN(const Configuration configuration, flags.settings.Configure());
  IC_ASSIGN_OR_RETURN(const auto installation, OpenInstallation(configuration.settings));
  if (installation->catalogue.Find(verification.manifest.model_id) == nullptr) {
    IC_RETURN_IF_ERROR(OpenImports(*installation, configuration.settings));
  }
  IC_ASSIGN_OR_RETURN(verification.rerun,
                      RerunArchive(archive, verification.manifest, *installation, configuration.settings, stop));
  return verification;
}

int Verify(const VerifyFlags& flags) {
  const StopSignals signals;
  const Result<Verification> verification = Check(flags, signals.token());
  if (!verification && verification.error().code == ErrorCode::kCancelled) return kExitSignal + signals.signal();
  if (flags.json) {
    std::cout << DumpJson(VerificationJson(flags.file, verification)) << std::endl;
  } else if (verification) {
    std::cout << VerificationText(flags.file, *verification) << std::flush;
  } else {
    PrintError("verify",
               {verification.error().code, Shown("'" + flags.file + "': " + verification.error().message), {}});
  }
  return std::cout.good() && verification && verification->is_good() ? kExitOk : kExitError;
}

}  // namespace

void AddVerify(CLI::App& program, Action& action) {
  CLI::App* const command = program.add_subcommand(
      "verify", "Checks an archive of results against its manifest; makes its masks again, where that is wanted.");
  const auto flags = std::make_shared<VerifyFlags>(*command);
  command->add_option("file", flags->file, "The ZIP file, as the server gave it.")->required()->type_name("FILE.zip");
  command->add_flag("--rerun", flags->rerun,
                    "Makes the masks again from the originals, with the recorded model and parameters, and compares.");
  command->add_flag("--json", flags->json, "Prints one JSON object.");
  command->callback([&action, flags] {
    action = [flags] {
      log::SetLevel(log::Level::kOff);
      return Verify(*flags);
    };
  });
}

}  // namespace intelliclinix::app
