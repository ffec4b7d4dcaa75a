// The flows that a mask implies, on the whole image, to test against.
#pragma once

#include <cstdint>

#include "cellpose/flow_field.h"
#include "image/image.h"

namespace intelliclinix::cellpose::reference {

/// As cellpose::FlowError, of the object `label`.
double FlowError(const image::LabelImage& labels, std::uint32_t label, const FlowField& field);

}  // namespace intelliclinix::cellpose::reference
