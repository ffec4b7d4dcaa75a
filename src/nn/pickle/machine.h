// What each opcode of a pickle does.
#pragma once

#include <cstddef>
#include <span>

#include "base/result.h"
#include "nn/pickle.h"

namespace intelliclinix::nn::pickle {

/// As ReadPickle.
Result<Pickle> Run(std::span<const std::byte> bytes, const PickleRules& rules);

}  // namespace intelliclinix::nn::pickle
