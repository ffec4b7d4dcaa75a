#include "dispatch/provenance.h"

#include <array>
#include <optional>

#include <unistd.h>

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

}  // namespace

Json MakeProvenance(const Plan& plan, const runners::ModelCatalogue& catalogue, const std::string& version) {
  const std::optional<runners::ModelCheck> check = catalogue.Check(plan.model.id);
  Json provenance;
  provenance["version"] = version;
  provenance["weights_sha256"] = WeightsSha256(plan, check);
  provenance["params"] = plan.params;
  provenance["device"] = check && check->report ? check->report->device : std::string();
  provenance["precision"] = Precision(plan, check);
  provenance["host"] = HostName();
  return provenance;
}

Json MakeProvenance(const Json& params, const std::string& version) {
  Json provenance;
  provenance["version"] = version;
  provenance["params"] = params;
  provenance["host"] = HostName();
  return provenance;
}

}  // namespace intelliclinix::dispatch
