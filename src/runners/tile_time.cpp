#include "runners/tile_time.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace intelliclinix::runners {
namespace {

/// A field of bright discs.
image::Image TestImage() {
  image::Image image{.height = kTimedSide, .width = kTimedSide, .channels = 1, .samples = {}};
  constexpr int kSpacing = 28;
  constexpr int kRadius = 8;
  for (int y = 0; y < kTimedSide; ++y) {
    for (int x = 0; x < kTimedSide; ++x) {
      const int dy = y % kSpacing - kSpacing / 2;
      const int dx = x % kSpacing - kSpacing / 2;
      image.samples.push_back(static_cast<std::byte>(dy * dy + dx * dx < kRadius * kRadius ? 200 : 20));
    }
  }
  return image;
}

}  // namespace

Result<std::optional<double>> TimeOfTile(ModelRunner& runner, const records::ModelEntry& model, Json params,
                                         ComputePool& pool, int runs) {
  const ParameterTable& table = runner.Describe().parameters;
  // As large as the discs, so that there is no search for the diameter.
  const bool has_diameter =
      std::ranges::find(table.parameters(), "diameter", &Parameter::name) != table.parameters().end();
  if (has_diameter) params["diameter"] = 17;
  IC_ASSIGN_OR_RETURN(params, table.Resolve(params));
  const image::Image image = TestImage();
  std::optional<double> best;
  for (int run = 0; run < runs; ++run) {
    int tiles = 0;
    IC_ASSIGN_OR_RETURN(
        const RunOutput output,
        runner.Run({image, params, model, "tile"}, {.pool = pool, .progress = [&](int, int total) { tiles = total; }}));
    if (tiles == 0 || !output.timings_ms.contains("network")) return std::nullopt;
    const double tile_ms = output.timings_ms["network"].get<double>() / tiles;
    best = std::min(best.value_or(tile_ms), tile_ms);
  }
  return best;
}

}  // namespace intelliclinix::runners
