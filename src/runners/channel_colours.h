// Which colour a channel is shown in.
#pragma once

#include <string>
#include <string_view>

namespace intelliclinix::runners {

/// "#rrggbb": that of the dye which the name tells of (blue for DAPI, green for GFP, ...), else by the number of the
/// channel among `channels`: white for a single one, then red, green, blue, yellow, magenta, cyan.
std::string ChannelColour(std::string_view name, int channel, int channels);

}  // namespace intelliclinix::runners
