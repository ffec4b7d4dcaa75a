#include "app/verify_report.h"

#include <algorithm>

#include "base/digits.h"

namespace intelliclinix::app {
namespace {

std::string ProvenanceText(const api::Manifest& manifest) {
  const auto version = manifest.provenance.find("version");
  return "inference " + manifest.inference_id + ", model " + manifest.model_id +
         (version != manifest.provenance.end() && version->is_string()
              ? ", made by version " + version->get<std::string>()
              : std::string());
}

std::string Summary(const Verification& verification) {
  const std::string entries = GroupDigits(verification.manifest.files.size());
  const std::size_t problems = verification.check.problems.size();
  const auto differing = static_cast<std::size_t>(
      std::ranges::count_if(verification.rerun, [](const RerunImage& image) { return !image.is_good(); }));
  if (problems > 0) {
    return "NOT GOOD: " + GroupDigits(problems) + (problems == 1 ? " problem" : " problems") + " with the " + entries +
           " entries of manifest.json";
  }
  if (differing > 0) {
    return "NOT REPRODUCED: the " + entries + " entries are as manifest.json says, but " + GroupDigits(differing) +
           " of " + GroupDigits(verification.rerun.size()) + " images came out differently";
  }
  return "good: all " + entries + " entries are as manifest.json says (" + ProvenanceText(verification.manifest) + ")";
}

Json ProblemsJson(const std::vector<api::EntryProblem>& problems) {
  Json list = Json::array();
  for (const api::EntryProblem& problem : problems) {
    list.push_back(
        {{"entry", problem.entry}, {"problem", api::EntryFaultName(problem.fault)}, {"detail", problem.detail}});
  }
  return list;
}

}  // namespace

std::string Shown(std::string text) {
  std::ranges::replace_if(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, '?');
  return text;
}

bool Verification::is_good() const {
  return check.problems.empty() && std::ranges::all_of(rerun, [](const RerunImage& image) { return image.is_good(); });
}

std::string VerificationText(const std::string& file, const Verification& verification) {
  std::string text;
  for (const api::EntryProblem& problem : verification.check.problems) {
    text += Shown(std::string(api::EntryFaultName(problem.fault)) + " '" + problem.entry + "': " + problem.detail);
    text += '\n';
  }
  for (const RerunImage& image : verification.rerun) text += Shown(RerunText(image)) + "\n";
  return text + Shown(file + ": " + Summary(verification)) + ".\n";
}

Json VerificationJson(const std::string& file, const Result<Verification>& verification) {
  Json json = {{"file", file}, {"ok", verification && verification->is_good()}};
  if (!verification) {
    json["error"] = verification.error().message;
    return json;
  }
  json["inference_id"] = verification->manifest.inference_id;
  json["model_id"] = verification->manifest.model_id;
  json["provenance"] = verification->manifest.provenance;
  json["entries"] = verification->manifest.files.size();
  json["bytes"] = verification->check.bytes;
  json["problems"] = ProblemsJson(verification->check.problems);
  if (verification->rerun.empty()) return json;
  for (const RerunImage& image : verification->rerun) json["rerun"].push_back(RerunJson(image));
  return json;
}

}  // namespace intelliclinix::app
