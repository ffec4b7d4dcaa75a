// The catalogue of models as an operator writes it: models/catalogue.yaml.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "records/model_entry.h"

namespace intelliclinix::app {

/// Reads a catalogue: a list `models` of id, name, runner_name, description, input_type ("flat"), license, source and
/// files by role, each with its path (relative to the catalogue), sha256 and bytes. Whether the files hash to their
/// sha256 is checked when a model is loaded.
/// Errors: kInvalidArgument naming the line: a key that is unknown, missing or there twice, an id that is taken, a
/// file that is missing or of another size. kNotFound when there is no such catalogue.
Result<std::vector<records::ModelEntry>> ReadCatalogue(const std::string& path);

}  // namespace intelliclinix::app
