#include "bench/kernels.h"

#include <array>
#include <utility>

#if defined(__x86_64__)
#include <fstream>

#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace intelliclinix::bench {
namespace {

using Vector [[gnu::vector_size(16)]] = float;

constexpr int kAccumulators = 12;

template <std::size_t... I>
void MultiplyAndAdd(std::int64_t passes, std::index_sequence<I...>) {
  Vector factor = {0.5F, 0.5F, 0.5F, 0.5F};
  std::array<Vector, sizeof...(I)> sums{};
  asm volatile("" : "+m"(factor), "+m"(sums));  // the compiler must not know the values, nor that the sums are equal
  for (std::int64_t pass = 0; pass < passes; ++pass) ((sums[I] = sums[I] * factor + factor), ...);
  asm volatile("" : : "m"(sums));
}

void RunPortable(std::int64_t passes) { MultiplyAndAdd(passes, std::make_index_sequence<kAccumulators>()); }

#if defined(__x86_64__)

// The loops are assembly: a compiler would have to be kept from spilling, merging or dropping them.
#define INTO(instruction, kind, n) instruction " %%" kind "14, %%" kind "15, %%" kind n "\n"
#define INTO_FOUR(instruction, kind, a, b, c, d) \
  INTO(instruction, kind, a) INTO(instruction, kind, b) INTO(instruction, kind, c) INTO(instruction, kind, d)
#define LOOP(instruction, kind)                                                                                 \
  asm volatile("vzeroall\n1:\n" INTO_FOUR(instruction, kind, "0", "1", "2", "3")                                \
                   INTO_FOUR(instruction, kind, "4", "5", "6", "7")                                             \
                       INTO_FOUR(instruction, kind, "8", "9", "10", "11") "dec %0\njnz 1b\nvzeroupper\n"        \
               : "+r"(passes)                                                                                   \
               :                                                                                                \
               : "cc", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", \
                 "xmm11", "xmm12", "xmm13", "xmm14", "xmm15")

void RunAvx2(std::int64_t passes) { LOOP("vfmadd231ps", "ymm"); }
void RunAvx512(std::int64_t passes) { LOOP("vfmadd231ps", "zmm"); }
void RunAvx512Bf16(std::int64_t passes) { LOOP("vdpbf16ps", "zmm"); }

#undef LOOP
#undef INTO_FOUR
#undef INTO

/// Eight tiles of 16 rows of 64 bytes.
/// Source: Intel 64 and IA-32 Architectures Software Developer's Manual, volume 1, chapter 18 (palette 1).
struct alignas(64) TileShapes {
  std::uint8_t palette = 1;
  std::uint8_t start_row = 0;
  std::array<std::uint8_t, 14> reserved{};
  std::array<std::uint16_t, 16> row_bytes = {64, 64, 64, 64, 64, 64, 64, 64};
  std::array<std::uint8_t, 16> rows = {16, 16, 16, 16, 16, 16, 16, 16};
};
static_assert(sizeof(TileShapes) == 64);

void RunAmx(std::int64_t passes) {
  const TileShapes shapes;
  asm volatile(
      "ldtilecfg %1\n"
      "tilezero %%tmm0\ntilezero %%tmm1\ntilezero %%tmm2\ntilezero %%tmm3\n"
      "tilezero %%tmm4\ntilezero %%tmm5\ntilezero %%tmm6\ntilezero %%tmm7\n"
      "1:\n"
      "tdpbf16ps %%tmm7, %%tmm6, %%tmm0\ntdpbf16ps %%tmm7, %%tmm6, %%tmm1\ntdpbf16ps %%tmm7, %%tmm6, %%tmm2\n"
      "tdpbf16ps %%tmm7, %%tmm6, %%tmm3\ntdpbf16ps %%tmm7, %%tmm6, %%tmm4\ntdpbf16ps %%tmm7, %%tmm6, %%tmm5\n"
      "dec %0\njnz 1b\n"
      "tilerelease\n"
      : "+r"(passes)
      : "m"(shapes)
      : "cc");
}

/// Linux hands out the tile registers only to processes that ask.
bool MayUseTiles() {
  constexpr int kRequestPermission = 0x1023;
  constexpr int kTileData = 18;
  return syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
}

bool HasFlag(const std::string& flag) {
  std::ifstream processors("/proc/cpuinfo");
  for (std::string line; std::getline(processors, line);) {
    if (line.starts_with("flags")) return (line + ' ').find(' ' + flag + ' ') != std::string::npos;
  }
  return false;
}

void AddX86Kernels(std::vector<Kernel>& kernels) {
  constexpr double kTileFlop = 16 * 16 * 32 * 2;
  if (HasFlag("amx_bf16") && MayUseTiles()) kernels.push_back({"amx tdpbf16ps", "bf16", 6 * kTileFlop, &RunAmx});
  if (HasFlag("avx512_bf16")) {
    kernels.push_back({"avx512 vdpbf16ps", "bf16", kAccumulators * 32 * 2.0, &RunAvx512Bf16});
  }
  if (HasFlag("avx512f")) kernels.push_back({"avx512 vfmadd231ps", "f32", kAccumulators * 16 * 2.0, &RunAvx512});
  if (HasFlag("avx2") && HasFlag("fma")) {
    kernels.push_back({"avx2 vfmadd231ps", "f32", kAccumulators * 8 * 2.0, &RunAvx2});
  }
}

#endif

}  // namespace

std::vector<Kernel> KernelsOfThisCpu() {
  std::vector<Kernel> kernels;
#if defined(__x86_64__)
  AddX86Kernels(kernels);
#endif
  kernels.push_back({"portable multiply and add", "f32", kAccumulators * 4 * 2.0, &RunPortable});
  return kernels;
}

}  // namespace intelliclinix::bench
