// Networks that tests import, for the modules above this one too.
#pragma once

#include "nn/onnx_writer_test.h"

namespace intelliclinix::runners {

using OnnxFile = nn::OnnxFile;

}  // namespace intelliclinix::runners
