#include "nn/network.h"

#include <algorithm>
#include <array>

#if defined(__x86_64__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace intelliclinix::nn {
namespace {

constexpr std::array<std::string_view, 5> kLevelNames = {"baseline", "avx2", "avx512", "avx512bf16", "amx"};
constexpr std::array<std::string_view, 3> kEngineNames = {"auto", "native", "openvino"};

/// The enumerator that has `name` in its place.
template <typename Enum, std::size_t n>
std::optional<Enum> Named(const std::array<std::string_view, n>& names, std::string_view name) {
  for (std::size_t i = 0; i < n; ++i) {
    if (names[i] == name) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

#if defined(__x86_64__)
/// Whether the CPU multiplies bfloat16 matrices and the system lets this process use the state that it takes. Linux
/// wants to be asked before the first use, once for all threads.
bool CpuHasAmx() {
  constexpr unsigned kTileBit = 1U << 24, kBfloat16Bit = 1U << 22;
  constexpr long kRequestPermission = 0x1023, kTileData = 18;
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 0) return false;
  if ((d & kTileBit) == 0 || (d & kBfloat16Bit) == 0) return false;
  return syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
}
#endif

}  // namespace

std::string_view PrecisionName(Precision precision) { return precision == Precision::kFloat32 ? "f32" : "bf16"; }

std::string_view CpuLevelName(CpuLevel level) { return kLevelNames[static_cast<std::size_t>(level)]; }

std::optional<CpuLevel> ParseCpuLevel(std::string_view name) { return Named<CpuLevel>(kLevelNames, name); }

std::string_view EngineName(Engine engine) { return kEngineNames[static_cast<std::size_t>(engine)]; }

std::optional<Engine> ParseEngine(std::string_view name) { return Named<Engine>(kEngineNames, name); }

bool CanComputeBfloat16(const EngineOptions& options) {
  return std::min(options.cpu, DetectCpuLevel()) >= CpuLevel::kAvx512Bf16;
}

CpuLevel DetectCpuLevel() {
#if defined(__x86_64__)
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return CpuLevel::kBaseline;
  if (!__builtin_cpu_supports("avx512f")) return CpuLevel::kAvx2;
  if (!__builtin_cpu_supports("avx512bf16")) return CpuLevel::kAvx512;
  // Asked once: the answer does not change, and each question is a call of the system.
  static const bool has_amx = CpuHasAmx();
  return has_amx ? CpuLevel::kAmx : CpuLevel::kAvx512Bf16;
#else
  return CpuLevel::kBaseline;
#endif
}

}  // namespace intelliclinix::nn
