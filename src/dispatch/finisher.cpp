#include "dispatch/finisher.h"

#include "base/log.h"
#include "dispatch/plan.h"
#include "dispatch/provenance.h"

namespace intelliclinix::dispatch {

Status Finisher::Finish(ObjectId inference, const Json& provenance) {
  const DispatcherParts& parts = environment_.parts;
  const Result<bool> ended = parts.store.FinishInference(inference, provenance, parts.clock.Now());
  if (!ended) {
    cut_short_ = true;
    return std::unexpected(ended.error());
  }
  if (*ended) {
    log::Info("inference_finished", {{"inference_id", inference.ToString()}});
    watchers_.Wake(inference);
  }
  return {};
}

Status Finisher::Finish(ObjectId inference) {
  const DispatcherParts& parts = environment_.parts;
  IC_ASSIGN_OR_RETURN(const records::Inference document, parts.store.LoadInference(inference));
  const std::expected<Plan, records::InferenceError> plan = MakePlan(document, parts.registry, parts.catalogue);
  const Build& build = environment_.options.build;
  return Finish(inference,
                plan ? MakeProvenance(*plan, parts.catalogue, build) : MakeProvenance(document.params, build));
}

Status Finisher::Fail(ObjectId inference, const records::InferenceError& error) {
  const DispatcherParts& parts = environment_.parts;
  IC_ASSIGN_OR_RETURN(const bool ended, parts.store.FailInference(inference, error, parts.clock.Now()));
  if (ended) {
    log::Warning("inference_failed",
                 {{"inference_id", inference.ToString()}, {"code", error.code}, {"reason", error.detail}});
    watchers_.Wake(inference);
  }
  return {};
}

}  // namespace intelliclinix::dispatch
