#include "nn/network.h"

#include <algorithm>
#include <array>

namespace intelliclinix::nn {
namespace {

constexpr std::array<std::string_view, 4> kLevelNames = {"baseline", "avx2", "avx512", "avx512bf16"};

}  // namespace

std::string_view PrecisionName(Precision precision) { return precision == Precision::kFloat32 ? "f32" : "bf16"; }

std::string_view CpuLevelName(CpuLevel level) { return kLevelNames[static_cast<std::size_t>(level)]; }

std::optional<CpuLevel> ParseCpuLevel(std::string_view name) {
  const auto* const found = std::ranges::find(kLevelNames, name);
  if (found == kLevelNames.end()) return std::nullopt;
  return static_cast<CpuLevel>(found - kLevelNames.begin());
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
