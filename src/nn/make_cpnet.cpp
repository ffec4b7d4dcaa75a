#include "nn/cpnet.h"
#include "nn/cpnet/choose_kernels.h"
#include "nn/cpnet/matrix_network.h"
#include "nn/cpnet/native_cpnet.h"
#include "nn/network.h"
#include "nn/openvino/openvino_cpnet.h"

namespace intelliclinix::nn {
namespace {

Status CheckOptions(const EngineOptions& options) {
  if (options.threads < 1) return Fail(ErrorCode::kInvalidArgument, "A network needs at least one thread.", "threads");
  if (options.precision != Precision::kBfloat16) return {};
  if (!CanComputeBfloat16(options)) {
    return Fail(ErrorCode::kInvalidArgument, "This machine's CPU cannot compute in bfloat16. Choose precision f32.",
                "precision");
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<Network>> MakeCpnet(const StateDict& state, const EngineOptions& options) {
  IC_RETURN_IF_ERROR(CheckOptions(options));
  IC_ASSIGN_OR_RETURN(Cpnet net, FindCpnet(state));
  if (options.engine != Engine::kOpenvino && options.precision == Precision::kBfloat16) {
    return std::make_unique<cpnet::MatrixNetwork>(net, *cpnet::ChooseMatrixKernels(options.cpu), options.threads,
                                                  options.pool);
  }
  if (options.engine != Engine::kOpenvino) {
    return std::make_unique<cpnet::NativeCpnet>(net, cpnet::ChooseKernels(options.cpu), options.threads, options.pool);
  }
  try {
    return std::make_unique<OpenvinoCpnet>(net, options);
  } catch (const std::exception& error) {
    return Fail(ErrorCode::kInternal, std::string("OpenVINO cannot be used on this machine: ") + error.what());
  }
}

}  // namespace intelliclinix::nn
