// Files of models, read only when they are what the catalogue says.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "records/model_entry.h"

namespace intelliclinix::runners {

/// The bytes of the file in `role` of `model`, checked against its size and SHA-256. What is parsed should be these
/// bytes, so that nothing can change between the check and the use.
/// Errors: kInvalidArgument naming the file, with field "files.ROLE", when the model has none in that role, when it is
/// missing, or is another than the catalogue says.
Result<std::vector<std::byte>> ReadModelFile(const records::ModelEntry& model, std::string_view role);

/// Whether the model has stored numbers that its output is compared with when it is loaded.
bool HasSelfTest(const records::ModelEntry& model);

/// The text of the licence that the model's files have in the role "license"; empty where there is none or it cannot be
/// read.
std::string LicenseText(const records::ModelEntry& model);

}  // namespace intelliclinix::runners
