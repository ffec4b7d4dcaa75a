// What `verify` found, in words and as JSON.
#pragma once

#include <string>
#include <vector>

#include "api/archive_check.h"
#include "app/archive_rerun.h"
#include "base/json.h"
#include "base/result.h"

namespace intelliclinix::app {

/// What became of one archive.
struct Verification {
  api::Manifest manifest;
  api::ArchiveCheck check;
  std::vector<RerunImage> rerun;  ///< empty where it was not asked for

  bool is_good() const;
};

/// `text` with "?" for what a terminal would obey: names and texts of an archive are somebody else's.
std::string Shown(std::string text);

/// One line a problem, one an image that was run again, and a last one.
std::string VerificationText(const std::string& file, const Verification& verification);

/// The object of --json: {file, ok, inference_id, model_id, provenance, entries, bytes, problems: [{entry, problem,
/// detail}], rerun: [...]}, or {file, ok, error}.
Json VerificationJson(const std::string& file, const Result<Verification>& verification);

}  // namespace intelliclinix::app
