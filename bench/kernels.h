// Loops that do nothing but multiply and add, at the rate that the processor can.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace intelliclinix::bench {

/// One loop on one core. Its operands stay in registers, and its accumulators are more than the latency needs.
struct Kernel {
  std::string name;                     ///< of the instruction, for example "avx512 vfmadd231ps"
  std::string precision;                ///< of the factors: "f32" or "bf16"
  double flop_per_pass = 0;             ///< a multiplication and an addition are two
  void (*run)(std::int64_t) = nullptr;  ///< so many passes, at least 1
};

/// The loops that this processor can run, the fastest of each precision first; the portable one is always there.
std::vector<Kernel> KernelsOfThisCpu();

}  // namespace intelliclinix::bench
