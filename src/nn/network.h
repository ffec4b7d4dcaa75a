// The seam between a method and the engine that runs its network.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/compute_pool.h"
#include "base/result.h"
#include "nn/tensor.h"

namespace intelliclinix::nn {

/// Arithmetic of a network. kFloat32 gives the same bits on every CPU with AVX2; kBfloat16 is 2 to 3 times as fast
/// where the CPU has it, and moves masks of about 0.1 % of objects.
enum class Precision { kFloat32, kBfloat16 };

std::string_view PrecisionName(Precision precision);  // "f32", "bf16"

struct NetworkDescription {
  std::string engine;  ///< for example "openvino 2026.4", "native avx512"
  std::string device;  ///< for example "AMD EPYC 9R14"
  Precision precision = Precision::kFloat32;
};

/// Who works at one pass: up to `size` threads of `pool`. By default the caller alone, which is best while there are
/// more tiles than cores.
struct Crew {
  ComputePool* pool = nullptr;
  int size = 1;
};

/// One forward pass of a loaded model.
/// Threads: Forward from any number at once; each call uses one core, so a caller with several tiles calls it from
/// several threads, and gives a lone tile a crew.
/// Owns: its weights. Inputs and outputs are borrowed for the call.
class Network {
 public:
  virtual ~Network() = default;

  /// Runs one batch. Shapes of `outputs` are what the caller expects. The result does not depend on `crew`, and an
  /// engine may leave it idle. Errors: kInvalidArgument when shapes do not fit the model, kInternal when the engine
  /// fails.
  virtual Status Forward(TensorView input, std::span<const MutableTensorView> outputs, Crew crew) const = 0;

  virtual NetworkDescription Describe() const = 0;
};

/// What computes a network.
enum class Engine {
  kAuto,      ///< the fastest for the network, the precision and this CPU
  kNative,    ///< our own kernels: float32 and bfloat16
  kOpenvino,  ///< OpenVINO's CPU plugin: float32 and bfloat16
};

/// The newest instructions that the network's kernels may use, of those that the CPU has: a mask for tests. What else
/// is compiled for several CPUs (base/vector_clones.h) gives the same bits on all and goes by the CPU alone.
enum class CpuLevel { kBaseline, kAvx2, kAvx512, kAvx512Bf16, kAmx };

/// "baseline", "avx2", "avx512", "avx512bf16", "amx".
std::string_view CpuLevelName(CpuLevel level);
std::optional<CpuLevel> ParseCpuLevel(std::string_view name);

/// The newest level that this CPU has.
CpuLevel DetectCpuLevel();

/// How an engine is set up.
struct EngineOptions {
  Engine engine = Engine::kAuto;
  Precision precision = Precision::kFloat32;
  CpuLevel cpu = CpuLevel::kAmx;  ///< of the native engine, and whether bfloat16 is possible
  int threads = 1;                ///< forward passes that will run at the same time
  ComputePool* pool = nullptr;    ///< borrowed; its threads help to set it up, without one the caller does it alone
};

/// Cellpose's CPnet with the weights of `state`.
/// Input: [1, 2, h, w], h and w multiples of 16. Outputs: [1, 3, h, w] (flow y, flow x, cell probability) and the
/// style [1, 256]. An empty first output asks for the style alone, which takes only the way down: 41 % of the work on
/// the native engine.
/// Errors: kInvalidArgument when `state` is not a CPnet (says which tensor is missing or of another shape), or the CPU
/// or the engine cannot run the precision.
Result<std::unique_ptr<Network>> MakeCpnet(const StateDict& state, const EngineOptions& options);

/// Whether this CPU computes in bfloat16.
inline bool CpuHasBfloat16() { return DetectCpuLevel() >= CpuLevel::kAvx512Bf16; }

/// Whether bfloat16 is possible with these options on this CPU.
bool CanComputeBfloat16(const EngineOptions& options);

/// "auto", "native", "openvino".
std::string_view EngineName(Engine engine);
std::optional<Engine> ParseEngine(std::string_view name);

}  // namespace intelliclinix::nn
