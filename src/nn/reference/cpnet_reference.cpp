#include "nn/reference/cpnet_reference.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

namespace intelliclinix::nn {
namespace {

/// Planes of one size: values[(channel * height + y) * width + x].
struct Planes {
  int channels = 0;
  int height = 0;
  int width = 0;
  std::vector<double> values;

  Planes(int c, int h, int w) : channels(c), height(h), width(w), values(static_cast<std::size_t>(c) * h * w) {}
  double& At(int c, int y, int x) { return values[(static_cast<std::size_t>(c) * height + y) * width + x]; }
  double* Row(int c, int y) { return &At(c, y, 0); }
  const double* Row(int c, int y) const { return values.data() + (static_cast<std::size_t>(c) * height + y) * width; }
  double At(int c, int y, int x) const { return values[(static_cast<std::size_t>(c) * height + y) * width + x]; }
};

template <typename Function>
Planes MakePlanes(int channels, int height, int width, Function value_at) {
  Planes planes(channels, height, width);
  for (int c = 0; c < channels; ++c) {
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) planes.At(c, y, x) = value_at(c, y, x);
    }
  }
  return planes;
}

Planes operator+(const Planes& a, const Planes& b) {
  return MakePlanes(a.channels, a.height, a.width, [&](int c, int y, int x) { return a.At(c, y, x) + b.At(c, y, x); });
}

class Reference {
 public:
  explicit Reference(const StateDict& state) : state_(state) {}

  CpnetResult Run(const Planes& image) {
    std::vector<Planes> levels;
    levels.reserve(4);
    for (int n = 0; n < 4; ++n) levels.push_back(Down(n, n == 0 ? image : Pool(levels.back())));
    style_ = Style(levels.back());
    Planes x = levels.back();
    for (int n = 3; n >= 0; --n) x = Up(n, n == 3 ? x : Upsample(x), levels[static_cast<std::size_t>(n)]);
    const Planes out = Block("output.0", "output.2", x);
    return {.output = {.shape = {3, out.height, out.width}, .values = {out.values.begin(), out.values.end()}},
            .style = {.shape = {256}, .values = {style_.begin(), style_.end()}}};
  }

 private:
  const std::vector<float>& Values(const std::string& name) const { return state_.at(name).values; }

  Planes Normalise(const std::string& name, const Planes& x) const {
    const std::vector<float>& variance = Values(name + ".running_var");
    const std::vector<float>& mean = Values(name + ".running_mean");
    const std::vector<float>& weight = Values(name + ".weight");
    const std::vector<float>& bias = Values(name + ".bias");
    return MakePlanes(x.channels, x.height, x.width, [&](int c, int row, int column) {
      const auto i = static_cast<std::size_t>(c);
      const double normal = (x.At(c, row, column) - mean[i]) / std::sqrt(variance[i] + 1e-5);
      return normal * weight[i] + bias[i];
    });
  }

  struct Tap {
    int dy, dx;
    double weight;
  };

  /// Adds channel `c` of `x`, moved and weighted, to channel `o` of `sums`. What is outside of `x` is zero.
  static void AddTap(const Tap& tap, const Planes& x, int c, Planes& sums, int o) {
    const int first = std::max(0, -tap.dx);
    const int end = std::min(x.width, x.width - tap.dx);
    for (int row = std::max(0, -tap.dy); row < std::min(x.height, x.height - tap.dy); ++row) {
      const double* const from = x.Row(c, row + tap.dy);
      double* const to = sums.Row(o, row);
      for (int column = first; column < end; ++column) to[column] += tap.weight * from[column + tap.dx];
    }
  }

  Planes Convolve(const std::string& name, const Planes& x) const {
    const Tensor& weight = state_.at(name + ".weight");
    const std::vector<float>& bias = Values(name + ".bias");
    const int out = static_cast<int>(weight.shape[0]);
    const int side = static_cast<int>(weight.shape[2]);
    Planes sums =
        MakePlanes(out, x.height, x.width, [&](int o, int, int) { return bias[static_cast<std::size_t>(o)]; });
    const float* next = weight.values.data();  // [o, c, ky, kx]
    for (int o = 0; o < out; ++o) {
      for (int c = 0; c < x.channels; ++c) {
        for (int ky = 0; ky < side; ++ky) {
          for (int kx = 0; kx < side; ++kx) AddTap({ky - side / 2, kx - side / 2, *next++}, x, c, sums, o);
        }
      }
    }
    return sums;
  }

  Planes Block(const std::string& norm, const std::string& conv, const Planes& x) const {
    Planes activated = Normalise(norm, x);
    for (double& value : activated.values) value = std::max(value, 0.0);
    return Convolve(conv, activated);
  }

  Planes Project(const std::string& base, const Planes& x) const {
    return Convolve(base + ".proj.1", Normalise(base + ".proj.0", x));
  }

  Planes Down(int level, const Planes& x) const {
    const std::string base = "downsample.down.res_down_" + std::to_string(level);
    const auto block = [&](int i, const Planes& input) {
      const std::string name = base + ".conv.conv_" + std::to_string(i);
      return Block(name + ".0", name + ".2", input);
    };
    const Planes t = Project(base, x) + block(1, block(0, x));
    return t + block(3, block(2, t));
  }

  Planes StyledBlock(const std::string& name, const Planes& x) const {
    const Tensor& weight = state_.at(name + ".full.weight");
    Planes styled = x;
    for (int c = 0; c < x.channels; ++c) {
      double sum = Values(name + ".full.bias")[static_cast<std::size_t>(c)];
      for (std::size_t i = 0; i < 256; ++i) sum += weight.values[static_cast<std::size_t>(c) * 256 + i] * style_[i];
      for (int y = 0; y < x.height; ++y) {
        for (int z = 0; z < x.width; ++z) styled.At(c, y, z) += sum;
      }
    }
    return Block(name + ".conv.0", name + ".conv.2", styled);
  }

  Planes Up(int level, const Planes& x, const Planes& y) const {
    const std::string base = "upsample.up.res_up_" + std::to_string(level);
    const std::string conv = base + ".conv.conv_";
    const Planes first = Block(conv + "0.0", conv + "0.2", x) + y;
    const Planes t = Project(base, x) + StyledBlock(conv + "1", first);
    return t + StyledBlock(conv + "3", StyledBlock(conv + "2", t));
  }

  static Planes Pool(const Planes& x) {
    return MakePlanes(x.channels, x.height / 2, x.width / 2, [&](int c, int row, int column) {
      const int y = 2 * row;
      const int z = 2 * column;
      return std::max({x.At(c, y, z), x.At(c, y, z + 1), x.At(c, y + 1, z), x.At(c, y + 1, z + 1)});
    });
  }

  static Planes Upsample(const Planes& x) {
    return MakePlanes(x.channels, x.height * 2, x.width * 2,
                      [&](int c, int row, int column) { return x.At(c, row / 2, column / 2); });
  }

  static std::vector<double> Style(const Planes& x) {
    std::vector<double> style(static_cast<std::size_t>(x.channels));
    double square = 0;
    for (int c = 0; c < x.channels; ++c) {
      double sum = 0;
      for (int y = 0; y < x.height; ++y) {
        for (int z = 0; z < x.width; ++z) sum += x.At(c, y, z);
      }
      style[static_cast<std::size_t>(c)] = sum / (x.height * x.width);
      square += style[static_cast<std::size_t>(c)] * style[static_cast<std::size_t>(c)];
    }
    for (double& value : style) value /= std::sqrt(square);
    return style;
  }

  const StateDict& state_;
  std::vector<double> style_;
};

}  // namespace

CpnetResult RunCpnetReference(const StateDict& state, const Tensor& image) {
  Planes planes(static_cast<int>(image.shape[0]), static_cast<int>(image.shape[1]), static_cast<int>(image.shape[2]));
  std::ranges::copy(image.values, planes.values.begin());
  return Reference(state).Run(planes);
}

}  // namespace intelliclinix::nn
