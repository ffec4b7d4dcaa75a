// A network from an ONNX file in the place of Cellpose's own.
#pragma once

#include <memory>

#include "nn/network.h"

namespace intelliclinix::runners {

/// Gives the planes of `planes`, a network of flows with `channels` 1 or 2, and a style of zeros, since such a network
/// tells none. Input and outputs are those of nn::MakeCpnet.
std::unique_ptr<nn::Network> MakeFlowsNetwork(std::unique_ptr<nn::Network> planes, int channels);

}  // namespace intelliclinix::runners
