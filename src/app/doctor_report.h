// What `doctor` finds.
#pragma once

#include <string>

#include "app/settings.h"
#include "base/json.h"

namespace intelliclinix::app {

/// Looks at the machine, the data folder and the limits, and loads and times every model of the catalogue. Members:
/// version, cpu, precision, threads, memory, data, open_files, input (the largest image), models, problems (sentences).
Json Examine(const Settings& settings);

/// The report in words.
std::string ReportText(const Json& report);

}  // namespace intelliclinix::app
