// Units of length as microscopes write them.
#pragma once

#include <optional>
#include <string_view>

namespace intelliclinix::image {

/// How many micrometres a unit is ("µm", "nm", "mm", "cm", "micron", "inch" and such); nothing for what is no length.
std::optional<double> MicrometresOf(std::string_view unit);

/// A size of a pixel that can be one: a number above 0 and below a metre, else nothing. Units: µm.
std::optional<double> PlausibleMicrometres(double size);

}  // namespace intelliclinix::image
