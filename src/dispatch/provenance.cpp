#include "dispatch/provenance.h"

#include <array>
#include <optional>

#include <unistd.h>

#include "runners/model_file.h"

namespace intelliclinix::dispatch {
namespace {

std::string HostName() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0) return {};
  return name.data();
}

/// The hash that the model was checked against, or that the catalogue gives where nothing was checked.
std::string WeightsSha256(const Plan& plan, const std::optional<runners::ModelCheck>& check) {
  if (check && check->report) return check->report->weights_sha256;
  const auto weights = plan.model.files.find("weights");
  return weights == plan.model.files.end() ? std::string() : weights->second.sha256;
}

/// A runner that lets clients choose the precision has a parameter of that name.
std::string Precision(const Plan& plan, const std::optional<runners::ModelCheck>& check) {
  const auto chosen = plan.params.find("precision");
  if (chosen != plan.params.end() && chosen->is_string()) return chosen->get<std::string>();
  return check && check->report ? check->report->precision : std::string();
}

/// The check's engine computes in the check's precision; of another precision the run tells.
std::string Engine(const std::string& precision, const std::optional<runners::ModelCheck>& check) {
  return check && check->report && check->report->precision == precision ? check->report->engine : std::string();
}

Json ModelFiles(const records::ModelEntry& model) {
  Json files = Json::object();
  for (const auto& [role, file] : model.files) files[role] = file.sha256;
  return files;
}

Json BuildProvenance(const Build& build) {
  return {{"version", build.version}, {"build", {{"commit", build.commit}, {"compiler", build.compiler}}}};
}

}  // namespace

Json MakeProvenance(const Plan& plan, const runners::ModelCatalogue& catalogue, const Build& build) {
  const std::optional<runners::ModelCheck> check = catalogue.Check(plan.model.id);
  const std::string precision = Precision(plan, check);
  Json provenance = BuildProvenance(build);
  provenance["weights_sha256"] = WeightsSha256(plan, check);
  provenance["model_files"] = ModelFiles(plan.model);
  provenance["model_license"] = plan.model.license;
  if (const std::string text = runners::LicenseText(plan.model); !text.empty()) {
    provenance["model_license_text"] = text;
  }
  provenance["params"] = plan.params;
  provenance["engine"] = Engine(precision, check);
  provenance["device"] = check && check->report ? check->report->device : std::string();
  provenance["precision"] = precision;
  provenance["host"] = HostName();
  return provenance;
}

Json MakeProvenance(const Json& params, const Build& build) {
  Json provenance = BuildProvenance(build);
  provenance["params"] = params;
  provenance["host"] = HostName();
  return provenance;
}

}  // namespace intelliclinix::dispatch
