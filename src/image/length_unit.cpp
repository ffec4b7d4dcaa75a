#include "image/length_unit.h"

#include <cmath>
#include <utility>

namespace intelliclinix::image {

std::optional<double> MicrometresOf(std::string_view unit) {
  // Both characters of Unicode that look like µ, Latin-1's, and ImageJ's escape are in use.
  constexpr std::pair<std::string_view, double> kUnits[] = {
      {"\u00b5m", 1}, {"\u03bcm", 1}, {"\xb5m", 1},      {"\\u00B5m", 1},  {"\\u00b5m", 1}, {"um", 1},
      {"micron", 1},  {"microns", 1}, {"micrometer", 1}, {"nm", 1e-3},     {"pm", 1e-6},    {"mm", 1e3},
      {"cm", 1e4},    {"m", 1e6},     {"\u00c5", 1e-4},  {"inch", 25'400}, {"in", 25'400}};
  for (const auto& [name, micrometres] : kUnits) {
    if (unit == name) return micrometres;
  }
  return std::nullopt;
}

std::optional<double> PlausibleMicrometres(double size) {
  if (!std::isfinite(size) || size <= 0 || size >= 1e6) return std::nullopt;
  return size;
}

}  // namespace intelliclinix::image
