// The inner loop of the dynamics, for one block of positions, as plain C++ and for CPUs with wider vectors.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "cellpose/flow_field.h"

namespace intelliclinix::cellpose {

/// Moves `positions` [n, 2] (y, x) by `steps` Euler steps. All kernels give the same bits.
using EulerKernel = void (*)(const FlowField& field, int steps, std::span<float> positions);

/// A kernel and what it needs.
struct EulerImplementation {
  std::string_view name;  ///< "plain", "avx512"
  bool (*runs_here)();    ///< whether this CPU has the instructions
  EulerKernel interpolated;
  EulerKernel nearest;
};

/// All kernels in this binary, the fastest first; the last runs on any CPU.
std::span<const EulerImplementation> EulerImplementations();

/// The fastest kernel that this CPU runs.
const EulerImplementation& BestEuler();

}  // namespace intelliclinix::cellpose
