// Steps that the runs of all kinds of models have.
#pragma once

#include <chrono>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "cellpose/segment.h"

namespace intelliclinix::runners {

/// A method names its options; clients know them as members of `params`.
inline std::unexpected<Error> AsParameterError(Error error) {
  if (!error.field.empty()) error.field.insert(0, "params.");
  return std::unexpected(std::move(error));
}

inline Json TimingsJson(const std::vector<cellpose::StageTime>& timings) {
  Json json = Json::object();
  for (const cellpose::StageTime& time : timings) json[time.stage] = time.milliseconds;
  return json;
}

/// Units: ms.
inline double MillisecondsSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace intelliclinix::runners
