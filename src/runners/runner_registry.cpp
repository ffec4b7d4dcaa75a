#include "runners/runner_registry.h"

#include <cassert>

namespace intelliclinix::runners {

void RunnerRegistry::Register(std::unique_ptr<ModelRunner> runner) {
  const std::string name = runner->Describe().name;
  const bool added = runners_.emplace(name, std::move(runner)).second;
  assert(added && "two runners of one name");
  static_cast<void>(added);
}

ModelRunner* RunnerRegistry::Find(std::string_view name) const {
  const auto found = runners_.find(name);
  return found == runners_.end() ? nullptr : found->second.get();
}

}  // namespace intelliclinix::runners
