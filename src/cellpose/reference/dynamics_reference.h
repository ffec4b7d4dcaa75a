// Euler integration one position at a time, to test against.
#pragma once

#include "cellpose/dynamics.h"
#include "cellpose/flow_field.h"

namespace intelliclinix::cellpose::reference {

/// As FollowFlows: all steps of each position, none left out.
void FollowFlows(const FlowField& field, const DynamicsOptions& options, CellPixels& cells);

}  // namespace intelliclinix::cellpose::reference
