#include "runners/channel_colours.h"

#include <algorithm>
#include <array>

namespace intelliclinix::runners {
namespace {

struct Dye {
  std::string_view word;  ///< in lower case, as a part of a name
  std::string_view colour;
};

constexpr std::string_view kBlue = "#4a7dff";  // pure blue is too dark to see structures in
constexpr std::string_view kGreen = "#00ff00";
constexpr std::string_view kRed = "#ff0000";
constexpr std::string_view kMagenta = "#ff00ff";
constexpr std::string_view kWhite = "#ffffff";

/// By emission, as microscopes show them; the first that fits counts.
constexpr std::array kDyes = {
    Dye{"dapi", kBlue},    Dye{"hoechst", kBlue}, Dye{"405", kBlue},     Dye{"bfp", kBlue},     Dye{"nucle", kBlue},
    Dye{"gfp", kGreen},    Dye{"fitc", kGreen},   Dye{"488", kGreen},    Dye{"yfp", "#ffff00"}, Dye{"cy3", "#ff8000"},
    Dye{"555", "#ff8000"}, Dye{"546", "#ff8000"}, Dye{"tritc", kRed},    Dye{"cherry", kRed},   Dye{"rfp", kRed},
    Dye{"texas", kRed},    Dye{"568", kRed},      Dye{"594", kRed},      Dye{"561", kRed},      Dye{"cy5", kMagenta},
    Dye{"647", kMagenta},  Dye{"640", kMagenta},  Dye{"cfp", "#00ffff"}, Dye{"bright", kWhite}, Dye{"phase", kWhite},
    Dye{"dic", kWhite},    Dye{"trans", kWhite},
};

constexpr std::array<std::string_view, 6> kByNumber = {kRed, kGreen, kBlue, "#ffff00", kMagenta, "#00ffff"};

}  // namespace

std::string ChannelColour(std::string_view name, int channel, int channels) {
  std::string lower(name);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  const auto dye = std::ranges::find_if(kDyes, [&](const Dye& known) { return lower.contains(known.word); });
  if (dye != kDyes.end()) return std::string(dye->colour);
  if (channels == 1) return std::string(kWhite);
  return std::string(kByNumber[static_cast<std::size_t>(channel) % kByNumber.size()]);
}

}  // namespace intelliclinix::runners
