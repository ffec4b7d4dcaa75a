#include "nn/network.h"

#include <array>

namespace intelliclinix::nn {
namespace {

constexpr std::array<std::string_view, 4> kLevelNames = {"baseline", "avx2", "avx512", "avx512bf16"};
constexpr std::array<std::string_view, 3> kEngineNames = {"auto", "native", "openvino"};

/// The enumerator that has `name` in its place.
template <typename Enum, std::size_t n>
std::optional<Enum> Named(const std::array<std::string_view, n>& names, std::string_view name) {
  for (std::size_t i = 0; i < n; ++i) {
    if (names[i] == name) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

}  // namespace

std::string_view PrecisionName(Precision precision) { return precision == Precision::kFloat32 ? "f32" : "bf16"; }

std::string_view CpuLevelName(CpuLevel level) { return kLevelNames[static_cast<std::size_t>(level)]; }

std::optional<CpuLevel> ParseCpuLevel(std::string_view name) { return Named<CpuLevel>(kLevelNames, name); }

std::string_view EngineName(Engine engine) { return kEngineNames[static_cast<std::size_t>(engine)]; }

std::optional<Engine> ParseEngine(std::string_view name) { return Named<Engine>(kEngineNames, name); }

bool CanComputeBfloat16(const EngineOptions& options) {
  return CpuHasBfloat16() && options.cpu == CpuLevel::kAvx512Bf16 && options.engine != Engine::kNative;
}

// Every x86 CPU that multiplies bfloat16 matrices (AMX) has AVX-512's bfloat16 too.
CpuLevel DetectCpuLevel() {
#if defined(__x86_64__)
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return CpuLevel::kBaseline;
  if (!__builtin_cpu_supports("avx512f")) return CpuLevel::kAvx2;
  return __builtin_cpu_supports("avx512bf16") ? CpuLevel::kAvx512Bf16 : CpuLevel::kAvx512;
#else
  return CpuLevel::kBaseline;
#endif
}

}  // namespace intelliclinix::nn
