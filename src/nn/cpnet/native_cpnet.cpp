#include "nn/cpnet/native_cpnet.h"

#include <algorithm>
#include <cmath>

#include "base/compute_team.h"
#include "nn/cpnet/style_product.h"
#include "nn/cpnet_shapes.h"
#include "nn/cpu.h"

namespace intelliclinix::nn::cpnet {
namespace {

Activation ActivationOf(const PackedConv& conv) { return {conv.scale.data(), conv.shift.data()}; }

}  // namespace

/// One tile on its way through the network.
class NativeCpnet::Pass {
 public:
  Pass(const Kernels& kernels, const PackedCpnet& weights, Workspace& memory, Scratches::Use& scratch,
       ComputeTeam& team)
      : kernels_(kernels), weights_(weights), memory_(memory), scratch_(scratch), team_(team) {}

  /// `image` [plane, y, x]; fills `style` [256].
  void Down(const float* image, float* style) {
    for (std::size_t level = 0; level < kCpnetLevels; ++level) DownLevel(level, image);
    MeasureStyle(style);
  }

  /// After Down; fills `planes` [3, y, x].
  void Up(const float* style, float* planes) {
    const float* below = memory_.skip[kCpnetDeepest];
    for (std::size_t level = kCpnetLevels; level-- > 0;) {
      AddStyle(level, style);
      below = level == kCpnetDeepest ? UpDeepest() : UpLevel(level, below);
    }
    const LastLayer last = {.pixels = below,
                            .activation = {weights_.last_scale.data(), weights_.last_shift.data()},
                            .weights = weights_.last_weights.data(),
                            .bias = weights_.last_bias.data(),
                            .planes = planes};
    team_.Share(memory_.height(), 1, [&](int, int begin, int end) { kernels_.last(RowsOf(0, begin, end), last); });
  }

 private:
  int HeightOf(std::size_t level) const { return memory_.height() >> level; }
  ConvShape RowsOf(std::size_t level, int begin, int end) const {
    return {HeightOf(level), memory_.width() >> level, begin, end};
  }
  std::size_t PixelsOf(std::size_t level) const {
    return static_cast<std::size_t>(memory_.height() >> level) * static_cast<std::size_t>(memory_.width() >> level);
  }

  void Convolve(std::size_t level, const PackedConv& conv, ConvInput input, ConvOutput output) {
    input.channels = conv.in;
    output.channels = conv.out;
    output.bias = conv.bias.data();
    team_.Share(HeightOf(level), kTileSide, [&](int part, int begin, int end) {
      kernels_.conv3x3(RowsOf(level, begin, end), input, conv.weights.data(), output, scratch_[part]);
    });
  }

  void Project(std::size_t pixels, const PackedProj& proj, const float* input, float* output) {
    team_.Share(static_cast<int>(pixels), 1, [&](int, int begin, int end) {
      kernels_.conv1x1(static_cast<std::size_t>(end - begin), input + static_cast<std::ptrdiff_t>(begin) * proj.in,
                       proj.in, proj.weights.data(), proj.bias.data(),
                       output + static_cast<std::ptrdiff_t>(begin) * proj.out, proj.out);
    });
  }

  // The image's own normalisation and ReLU, with a border of zeros.
  void ActivateImage(const float* image) {
    const auto width = static_cast<std::size_t>(memory_.width());
    const auto height = static_cast<std::size_t>(memory_.height());
    float* out = memory_.image;
    std::fill_n(out, 2 * (height + 2) * (width + 2), 0.0F);
    for (std::size_t plane = 0; plane < 2; ++plane) {
      for (std::size_t y = 0; y < height; ++y) {
        const float* const in = image + (plane * height + y) * width;
        float* const row = out + (plane * (height + 2) + y + 1) * (width + 2) + 1;
        for (std::size_t x = 0; x < width; ++x) {
          row[x] = std::max(in[x] * weights_.image_scale[plane] + weights_.image_shift[plane], 0.0F);
        }
      }
    }
  }

  // Leaves conv[0]'s result, activated, in `work` and the projection in `skip`.
  void FirstLayerOf(const float* image) {
    const PackedDown& down = weights_.down[0];
    ActivateImage(image);
    const FirstLayer first = {.image = image,
                              .activated = memory_.image,
                              .conv = weights_.first_weights.data(),
                              .conv_bias = down.conv[0].bias.data(),
                              .proj = weights_.first_proj.data(),
                              .proj_bias = weights_.first_proj_bias.data(),
                              .activation = ActivationOf(down.conv[1]),
                              .features = memory_.work[0],
                              .projected = memory_.skip[0]};
    team_.Share(memory_.height(), 1, [&](int, int begin, int end) { kernels_.first(RowsOf(0, begin, end), first); });
  }

  // t = proj(x) + conv1(conv0(x)); skip = t + conv3(conv2(t)); small = skip pooled.
  void DownLevel(std::size_t level, const float* image) {
    const PackedDown& down = weights_.down[level];
    float* const work = memory_.work[level];
    float* const skip = memory_.skip[level];
    if (level == 0) {
      FirstLayerOf(image);
    } else {
      Convolve(level, down.conv[0], {.pixels = memory_.small, .activation = ActivationOf(down.conv[0])},
               {.pixels = work, .activation = ActivationOf(down.conv[1])});
      Project(PixelsOf(level), down.proj, memory_.small, skip);
    }
    Convolve(level, down.conv[1], {.pixels = work}, {.pixels = skip, .residual = skip});
    Convolve(level, down.conv[2], {.pixels = skip, .activation = ActivationOf(down.conv[2])},
             {.pixels = work, .activation = ActivationOf(down.conv[3])});
    Convolve(level, down.conv[3], {.pixels = work},
             {.pixels = skip, .residual = skip, .pooled = level == kCpnetDeepest ? nullptr : memory_.small});
  }

  // The mean over the deepest level's pixels, divided by its length.
  void MeasureStyle(float* style) {
    const std::size_t pixels = PixelsOf(kCpnetDeepest);
    std::array<double, kCpnetStyle> sums{};
    for (std::size_t i = 0; i < pixels; ++i) {
      const float* const pixel = memory_.skip[kCpnetDeepest] + i * kCpnetStyle;
      for (std::size_t c = 0; c < sums.size(); ++c) sums[c] += pixel[c];
    }
    double squares = 0;
    for (double& sum : sums) {
      sum /= static_cast<double>(pixels);
      squares += sum * sum;
    }
    for (std::size_t c = 0; c < sums.size(); ++c) style[c] = static_cast<float>(sums[c] / std::sqrt(squares));
  }

  // A block normalises x + s, s one number a channel: scale * (x + s) + shift = scale * x + (scale * s + shift).
  void AddStyle(std::size_t level, const float* style) {
    const PackedUp& up = weights_.up[level];
    for (std::size_t block = 0; block < 3; ++block) {
      const PackedConv& conv = up.conv[block + 1];
      const float* row = up.full_weight[block].data();
      for (std::size_t c = 0; c < static_cast<std::size_t>(conv.in); ++c, row += kCpnetStyle) {
        const double sum = up.full_bias[block].data()[c] + StyleProduct(row, style);
        memory_.shift[level][block][c] = static_cast<float>(conv.scale.data()[c] * sum + conv.shift.data()[c]);
      }
    }
  }

  Activation StyledActivation(std::size_t level, std::size_t conv) const {
    return {weights_.up[level].conv[conv].scale.data(), memory_.shift[level][conv - 1]};
  }

  // From conv1 on: `first` is conv0's result, activated; `sum` receives t, then the level's result.
  void FinishUp(std::size_t level, float* first, float* sum, const float* projection, bool half_size) {
    const PackedUp& up = weights_.up[level];
    Convolve(level, up.conv[1], {.pixels = first},
             {.pixels = sum, .residual = projection, .residual_half_size = half_size});
    Convolve(level, up.conv[2], {.pixels = sum, .activation = StyledActivation(level, 2)},
             {.pixels = first, .activation = StyledActivation(level, 3)});
    Convolve(level, up.conv[3], {.pixels = first}, {.pixels = sum, .residual = sum});
  }

  // The deepest level's input is its own way down, which its first layer both convolves and adds.
  const float* UpDeepest() {
    const PackedUp& up = weights_.up[kCpnetDeepest];
    float* const skip = memory_.skip[kCpnetDeepest];
    Convolve(
        kCpnetDeepest, up.conv[0], {.pixels = skip, .activation = ActivationOf(up.conv[0])},
        {.pixels = memory_.work[kCpnetDeepest], .residual = skip, .activation = StyledActivation(kCpnetDeepest, 1)});
    Project(PixelsOf(kCpnetDeepest), up.proj, skip, memory_.deepest);
    FinishUp(kCpnetDeepest, memory_.work[kCpnetDeepest], memory_.deepest, memory_.deepest, false);
    return memory_.deepest;
  }

  const float* UpLevel(std::size_t level, const float* below) {
    const PackedUp& up = weights_.up[level];
    float* const skip = memory_.skip[level];
    Convolve(level, up.conv[0], {.pixels = below, .half_size = true, .activation = ActivationOf(up.conv[0])},
             {.pixels = skip, .residual = skip, .activation = StyledActivation(level, 1)});
    // A 1x1 convolution and the upsampling may change places: the projection is made on a quarter of the pixels.
    Project(PixelsOf(level + 1), up.proj, below, memory_.small);
    FinishUp(level, skip, memory_.work[level], memory_.small, true);
    return memory_.work[level];
  }

  const Kernels& kernels_;
  const PackedCpnet& weights_;
  Workspace& memory_;
  Scratches::Use& scratch_;
  ComputeTeam& team_;
};

NativeCpnet::NativeCpnet(const Cpnet& net, const Kernels& kernels, int threads, ComputePool* pool)
    : kernels_(kernels), weights_(Pack(net, kernels.block, pool)), workspaces_(threads), scratches_(threads) {}

Status NativeCpnet::Forward(TensorView input, std::span<const MutableTensorView> outputs, Crew crew) const {
  IC_RETURN_IF_ERROR(CheckCpnetShapes(input, outputs));
  const int height = static_cast<int>(input.shape[2]), width = static_cast<int>(input.shape[3]);
  try {
    ComputeTeam::Run(crew.pool, std::min(crew.size, kMaxCrew), [&](ComputeTeam& team) {
      std::unique_ptr<Workspace> workspace = workspaces_.Take(height, width);
      Scratches::Use scratch(scratches_, team.size(), kernels_.scratch_floats);
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

NetworkDescription NativeCpnet::Describe() const {
  return {.engine = std::string("native ") + kernels_.name, .device = CpuName(), .precision = Precision::kFloat32};
}

}  // namespace intelliclinix::nn::cpnet
