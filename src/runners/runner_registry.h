// The runners of this process, by name.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "runners/model_runner.h"

namespace intelliclinix::runners {

/// Filled once in `app/`, read from then on.
/// Threads: Find from any, once filled.
/// Owns: its runners.
class RunnerRegistry {
 public:
  /// Asserts that the name is not taken.
  void Register(std::unique_ptr<ModelRunner> runner);
  /// Null when there is none of that name.
  ModelRunner* Find(std::string_view name) const;

 private:
  std::map<std::string, std::unique_ptr<ModelRunner>, std::less<>> runners_;
};

}  // namespace intelliclinix::runners
