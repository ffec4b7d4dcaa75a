#include "nn/cpnet.h"
#include "nn/network.h"
#include "nn/openvino/openvino_cpnet.h"

namespace intelliclinix::nn {

Result<std::unique_ptr<Network>> MakeCpnet(const StateDict& state, const EngineOptions& options) {
  if (options.precision == Precision::kBfloat16 && !CpuHasBfloat16()) {
    return Fail(ErrorCode::kInvalidArgument, "This machine's CPU cannot compute in bfloat16. Choose precision f32.",
                "precision");
  }
  if (options.threads < 1) return Fail(ErrorCode::kInvalidArgument, "A network needs at least one thread.", "threads");
  IC_ASSIGN_OR_RETURN(Cpnet net, FindCpnet(state));
  try {
    return std::make_unique<OpenvinoCpnet>(net, options);
  } catch (const std::exception& error) {
    return Fail(ErrorCode::kInternal, std::string("OpenVINO cannot be used on this machine: ") + error.what());
  }
}

}  // namespace intelliclinix::nn
