#include "nn/cpnet/matrix_network.h"

#include <algorithm>
#include <cmath>

#include "base/compute_team.h"
#include "nn/cpnet/bfloat16.h"
#include "nn/cpnet/style_product.h"
#include "nn/cpnet_shapes.h"
#include "nn/cpu.h"

namespace intelliclinix::nn::cpnet {
namespace {

/// Rows of each level that go through all of its layers before the next: what lies between the layers then stays in the
/// second cache. An even number.
constexpr std::array<int, kCpnetLevels> kStripRows = {8, 16, 28, 28};

/// Runs stages over the rows of an image, strip by strip. Each stage trails the one before by two rows, as it reads one
/// beyond its own and rows go in pairs; so one image may be written by a stage and, behind the readers, by a later one.
template <typename... Stages>
void RunInStrips(int height, int strip, const Stages&... stages) {
  std::array<int, sizeof...(stages)> done{};
  while (done.back() < height) {
    int reach = height;
    std::size_t stage = 0;
    const auto advance = [&](const auto& run) {
      int& end = done[stage++];
      const int next = std::min(reach, end + strip);
      if (next > end) run(RowRange{end, next});
      end = std::max(end, next);
      reach = end == height ? height : end - 2;
    };
    (advance(stages), ...);
  }
}

/// The steps of a product.
class Sources {
 public:
  /// Taps (y, x) to (y + side - 1, x + side - 1) of each group of channels.
  void Add(const Bfloat16* image, const PixelGrid& grid, int channels, int side, int y, int x) {
    for (int group = 0; group < channels / kGroup; ++group, image += grid.pixels() * kGroup) {
      for (int tap = 0; tap < side * side; ++tap) {
        const std::ptrdiff_t rows = y + tap / side;
        const std::ptrdiff_t distance = rows * static_cast<std::ptrdiff_t>(grid.row()) + x + tap % side;
        steps_[static_cast<std::size_t>(count_++)] = image + distance * kGroup;
      }
    }
  }
  void Add3x3(const Bfloat16* image, const PixelGrid& grid, int channels) { Add(image, grid, channels, 3, -1, -1); }
  void Add1x1(const Bfloat16* image, const PixelGrid& grid, int channels) { Add(image, grid, channels, 1, 0, 0); }

  const Bfloat16* const* steps() const { return steps_.data(); }

 private:
  std::array<const Bfloat16*, kMaxSteps> steps_{};
  int count_ = 0;
};

}  // namespace

/// One tile on its way through the network.
class MatrixNetwork::Pass {
 public:
  Pass(const MatrixKernels& kernels, const MatrixCpnet& weights, MatrixWorkspace& memory, Scratches::Use& scratch,
       ComputeTeam& team)
      : kernels_(kernels), weights_(weights), memory_(memory), scratch_(scratch), team_(team) {}

  /// `image` [plane, y, x]; fills `style` [256].
  void Down(const float* image, float* style) {
    ActivateImage(image);
    for (std::size_t level = 0; level < kCpnetLevels; ++level) DownLevel(level, image);
    MeasureStyle(style);
  }

  /// After Down; fills `planes` [3, y, x].
  void Up(const float* style, float* planes) {
    for (std::size_t level = kCpnetLevels; level-- > 0;) {
      AddStyle(level, style);
      if (level == kCpnetDeepest) {
        UpDeepest();
      } else {
        UpLevel(level, planes);
      }
    }
  }

 private:
  using Level = MatrixWorkspace::Level;

  PixelGrid Grid(std::size_t level) const { return memory_.grid(level); }
  /// Threads that share a tile share each layer as a whole, as they have to wait for each other after each.
  int StripRows(std::size_t level) const { return team_.size() == 1 ? kStripRows[level] : Grid(level).height; }
  static int Channels(std::size_t level) { return static_cast<int>(kCpnetChannels[level]); }

  void Multiply(const MatrixLayer& layer, const PixelGrid& grid, RowRange rows, const Sources& sources,
                MatrixOutput output) {
    output.bias = layer.bias.data();
    team_.Share(rows.end - rows.begin, 1, [&](int part, int begin, int end) {
      kernels_.multiply({.grid = grid,
                         .rows = {rows.begin + begin, rows.begin + end},
                         .steps = layer.steps,
                         .sources = sources.steps(),
                         .weights = layer.weights.data(),
                         .out = layer.out,
                         .scratch = reinterpret_cast<Sums*>(scratch_[part])},
                        output);
    });
  }

  /// 3 x 3 over an image with the level's own channels.
  void Convolve(std::size_t level, RowRange rows, const MatrixLayer& layer, const Bfloat16* image,
                const MatrixOutput& output) {
    Sources sources;
    sources.Add3x3(image, Grid(level), Channels(level));
    Multiply(layer, Grid(level), rows, sources, output);
  }

  // The image's own normalisation and ReLU, with a border of zeros.
  void ActivateImage(const float* image) {
    const auto width = static_cast<std::size_t>(Grid(0).width);
    const auto height = static_cast<std::size_t>(Grid(0).height);
    for (std::size_t plane = 0; plane < 2; ++plane) {
      const float scale = weights_.image.scale.data()[plane], shift = weights_.image.shift.data()[plane];
      for (std::size_t y = 0; y < height; ++y) {
        const float* const in = image + (plane * height + y) * width;
        float* const row = memory_.image + (plane * (height + 2) + y + 1) * (width + 2) + 1;
        for (std::size_t x = 0; x < width; ++x) row[x] = std::max(in[x] * scale + shift, 0.0F);
      }
    }
  }

  void Gather(RowRange rows, const float* image) {
    team_.Share(rows.end - rows.begin, 1, [&](int, int begin, int end) {
      kernels_.gather({.grid = Grid(0),
                       .rows = {rows.begin + begin, rows.begin + end},
                       .image = image,
                       .activated = memory_.image,
                       .pixels = memory_.levels[0].input_activated});
    });
  }

  // Of the way down, conv0 of a level.
  void DownFirst(std::size_t level, RowRange rows) {
    const MatrixDown& down = weights_.down[level];
    const Level& memory = memory_.levels[level];
    Sources sources;
    if (level == 0) {
      sources.Add1x1(memory.input_activated, Grid(0), kGroup);
    } else {
      sources.Add3x3(memory.input_activated, Grid(level), Channels(level - 1));
    }
    Multiply(down.conv[0], Grid(level), rows, sources,
             {.activation = down.norm[1].activation(), .activated = memory.first});
  }

  // t = proj(x) + conv1(...).
  void DownSecond(std::size_t level, RowRange rows) {
    const MatrixDown& down = weights_.down[level];
    const Level& memory = memory_.levels[level];
    Sources sources;
    sources.Add3x3(memory.first, Grid(level), Channels(level));
    if (level == 0) {
      sources.Add1x1(memory.input_activated, Grid(0), kGroup);
    } else {
      sources.Add1x1(memory.input, Grid(level), Channels(level - 1));
    }
    Multiply(down.conv[1], Grid(level), rows, sources,
             {.activation = down.norm[2].activation(), .raw = memory.sum, .activated = memory.second});
  }

  // skip = t + conv3(...); the deepest is activated for the way up.
  void DownLast(std::size_t level, RowRange rows) {
    const Level& memory = memory_.levels[level];
    MatrixOutput output = {.residual = memory.sum, .raw = memory.skip};
    if (level == kCpnetDeepest) {
      output.activation = weights_.up[level].norm[0].activation();
      output.activated = memory.second;
    }
    Convolve(level, rows, weights_.down[level].conv[3], memory.first, output);
  }

  // x of the next level: skip pooled.
  void Pool(std::size_t level, RowRange rows) {
    if (level == kCpnetDeepest) return;
    const Level& next = memory_.levels[level + 1];
    team_.Share(rows.end - rows.begin, 2, [&](int, int begin, int end) {
      kernels_.pool({.grid = Grid(level),
                     .rows = {rows.begin + begin, rows.begin + end},
                     .channels = Channels(level),
                     .pixels = memory_.levels[level].skip,
                     .activation = weights_.down[level + 1].norm[0].activation(),
                     .raw = next.input,
                     .activated = next.input_activated});
    });
  }

  void DownLevel(std::size_t level, const float* image) {
    const MatrixDown& down = weights_.down[level];
    const Level& memory = memory_.levels[level];
    RunInStrips(
        Grid(level).height, StripRows(level),
        [&](RowRange rows) {
          if (level == 0) Gather(rows, image);
          DownFirst(level, rows);
        },
        [&](RowRange rows) { DownSecond(level, rows); },
        [&](RowRange rows) {
          Convolve(level, rows, down.conv[2], memory.second,
                   {.activation = down.norm[3].activation(), .activated = memory.first});
        },
        [&](RowRange rows) {
          DownLast(level, rows);
          Pool(level, rows);
        });
  }

  // The mean over the deepest level's pixels, divided by its length.
  void MeasureStyle(float* style) {
    const PixelGrid grid = Grid(kCpnetDeepest);
    std::array<double, kCpnetStyle> sums{};
    // Groups of channels lie apart, their pixels together; the borders are zeros.
    for (std::size_t first = 0; first < sums.size(); first += kGroup) {
      const Bfloat16* const group = memory_.levels[kCpnetDeepest].skip + first * grid.pixels();
      for (std::size_t pixel = grid.first(); pixel < grid.end(); ++pixel) {
        const Bfloat16* const channels = group + pixel * kGroup;
        for (std::size_t c = 0; c < kGroup; ++c) {
          sums[first + c] += ToFloat(channels[c]);
        }
      }
    }
    double squares = 0;
    for (double& sum : sums) {
      sum /= static_cast<double>(grid.height) * grid.width;
      squares += sum * sum;
    }
    for (std::size_t c = 0; c < sums.size(); ++c) style[c] = static_cast<float>(sums[c] / std::sqrt(squares));
  }

  // A block normalises x + s, s one number a channel: scale * (x + s) + shift = scale * x + (scale * s + shift).
  void AddStyle(std::size_t level, const float* style) {
    const MatrixUp& up = weights_.up[level];
    for (std::size_t block = 0; block < 3; ++block) {
      const MatrixNorm& norm = up.norm[block + 1];
      const float* row = up.full_weight[block].data();
      for (std::size_t c = 0; c < norm.scale.size(); ++c, row += kCpnetStyle) {
        const double sum = up.full_bias[block].data()[c] + StyleProduct(row, style);
        memory_.levels[level].shift[block][c] = static_cast<float>(norm.scale.data()[c] * sum + norm.shift.data()[c]);
      }
    }
  }

  Activation Styled(std::size_t level, std::size_t conv) const {
    return {weights_.up[level].norm[conv].scale.data(), memory_.levels[level].shift[conv - 1]};
  }

  // The deepest level's input is its own way down.
  void UpDeepest() {
    const MatrixUp& up = weights_.up[kCpnetDeepest];
    const Level& memory = memory_.levels[kCpnetDeepest];
    const PixelGrid grid = Grid(kCpnetDeepest);
    RunInStrips(
        grid.height, StripRows(kCpnetDeepest),
        [&](RowRange rows) {
          Convolve(kCpnetDeepest, rows, up.conv[0], memory.second,
                   {.residual = memory.skip, .activation = Styled(kCpnetDeepest, 1), .activated = memory.first});
        },
        [&](RowRange rows) {
          Sources sources;
          sources.Add3x3(memory.first, grid, Channels(kCpnetDeepest));
          sources.Add1x1(memory.skip, grid, Channels(kCpnetDeepest));
          Multiply(up.conv[1], grid, rows, sources,
                   {.activation = Styled(kCpnetDeepest, 2), .raw = memory.sum, .activated = memory.second});
        },
        [&](RowRange rows) { UpThird(kCpnetDeepest, rows); },  //
        [&](RowRange rows) { UpLast(kCpnetDeepest, rows); });
  }

  void UpLevel(std::size_t level, float* planes) {
    RunInStrips(
        Grid(level).height, StripRows(level),  //
        [&](RowRange rows) { UpFirst(level, rows); },
        [&](RowRange rows) {
          const Level& memory = memory_.levels[level];
          Convolve(level, rows, weights_.up[level].conv[1], memory.first,
                   {.residual = memory_.levels[level + 1].input,
                    .residual_half_size = true,
                    .activation = Styled(level, 2),
                    .raw = memory.sum,
                    .activated = memory.second});
        },
        [&](RowRange rows) { UpThird(level, rows); },
        [&](RowRange rows) {
          UpLast(level, rows);
          if (level == 0) Last(rows, planes);
        });
  }

  // conv0, added to the skip, on the way from the grid half as large. And the projection: a 1x1 convolution and the
  // upsampling may change places, so it is made on a quarter of the pixels.
  void UpFirst(std::size_t level, RowRange rows) {
    const MatrixUp& up = weights_.up[level];
    const Level& below = memory_.levels[level + 1];
    const PixelGrid small = Grid(level + 1);
    const RowRange small_rows = {rows.begin / 2, rows.end / 2};
    for (int parity = 0; parity < 4; ++parity) {
      const int odd_y = parity / 2, odd_x = parity % 2;
      Sources sources;
      sources.Add(below.second, small, Channels(level + 1), 2, odd_y - 1, odd_x - 1);
      Multiply(up.folded[static_cast<std::size_t>(parity)], small, small_rows, sources,
               {.upsample = true,
                .odd_y = odd_y,
                .odd_x = odd_x,
                .residual = memory_.levels[level].skip,
                .activation = Styled(level, 1),
                .activated = memory_.levels[level].first});
    }
    Sources projected;
    projected.Add1x1(below.sum, small, Channels(level + 1));
    Multiply(up.proj, small, small_rows, projected, {.raw = below.input});
  }

  void UpThird(std::size_t level, RowRange rows) {
    const Level& memory = memory_.levels[level];
    Convolve(level, rows, weights_.up[level].conv[2], memory.second,
             {.activation = Styled(level, 3), .activated = memory.first});
  }

  // Leaves the level's result in `sum`, and in `second` as the next level or the last layer reads it.
  void UpLast(std::size_t level, RowRange rows) {
    const Level& memory = memory_.levels[level];
    const MatrixNorm& next = level == 0 ? weights_.last_norm : weights_.up[level - 1].norm[0];
    Convolve(level, rows, weights_.up[level].conv[3], memory.first,
             {.residual = memory.sum,
              .activation = next.activation(),
              .raw = level == 0 ? nullptr : memory.sum,
              .activated = memory.second});
  }

  void Last(RowRange rows, float* planes) {
    Sources sources;
    sources.Add1x1(memory_.levels[0].second, Grid(0), Channels(0));
    Multiply(weights_.last, Grid(0), rows, sources, {.planes = planes});
  }

  const MatrixKernels& kernels_;
  const MatrixCpnet& weights_;
  MatrixWorkspace& memory_;
  Scratches::Use& scratch_;
  ComputeTeam& team_;
};

MatrixNetwork::MatrixNetwork(const Cpnet& net, const MatrixKernels& kernels, int threads, ComputePool* pool)
    : kernels_(kernels), weights_(PackMatrices(net, pool)), workspaces_(threads), scratches_(threads) {}

namespace {

/// The scratch of one thread's products. Of the first level none has so many steps that it needs more than two blocks.
std::size_t SumsFloats(const MatrixWorkspace& memory, int team) {
  std::size_t blocks = 2;
  for (std::size_t level = 1; level < kCpnetLevels; ++level) {
    const PixelGrid grid = memory.grid(level);
    blocks =
        std::max(blocks, SumsOf(grid, team == 1 ? std::min(kStripRows[level], grid.height) : grid.height / team + 1));
  }
  return blocks * sizeof(Sums) / sizeof(float);
}

}  // namespace

Status MatrixNetwork::Forward(TensorView input, std::span<const MutableTensorView> outputs, Crew crew) const {
  IC_RETURN_IF_ERROR(CheckCpnetShapes(input, outputs));
  const int height = static_cast<int>(input.shape[2]), width = static_cast<int>(input.shape[3]);
  try {
    ComputeTeam::Run(crew.pool, std::min(crew.size, kMaxCrew), [&](ComputeTeam& team) {
      std::unique_ptr<MatrixWorkspace> workspace = workspaces_.Take(height, width);
      Scratches::Use scratch(scratches_, team.size(), SumsFloats(*workspace, team.size()));
      Pass pass(kernels_, weights_, *workspace, scratch, team);
      pass.Down(input.values.data(), outputs[1].values.data());
      if (!StyleOnly(outputs)) pass.Up(outputs[1].values.data(), outputs[0].values.data());
      workspaces_.GiveBack(std::move(workspace));
    });
    return {};
  } catch (const std::bad_alloc&) {
    return Fail(ErrorCode::kResourceExhausted, "There is not enough memory for the network. Run fewer jobs at once.");
  }
}

NetworkDescription MatrixNetwork::Describe() const {
  return {.engine = std::string("native ") + kernels_.name, .device = CpuName(), .precision = Precision::kBfloat16};
}

}  // namespace intelliclinix::nn::cpnet
