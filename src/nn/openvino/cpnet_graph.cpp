#include "nn/openvino/cpnet_graph.h"

#include <openvino/op/add.hpp>
#include <openvino/op/constant.hpp>
#include <openvino/op/convolution.hpp>
#include <openvino/op/divide.hpp>
#include <openvino/op/interpolate.hpp>
#include <openvino/op/matmul.hpp>
#include <openvino/op/max_pool.hpp>
#include <openvino/op/multiply.hpp>
#include <openvino/op/parameter.hpp>
#include <openvino/op/reduce_l2.hpp>
#include <openvino/op/reduce_mean.hpp>
#include <openvino/op/relu.hpp>
#include <openvino/op/result.hpp>
#include <openvino/op/unsqueeze.hpp>

namespace intelliclinix::nn {
namespace {

using Node = ov::Output<ov::Node>;

Node Constant(const ov::Shape& shape, const float* values) {
  return std::make_shared<ov::op::v0::Constant>(ov::element::f32, shape, static_cast<const void*>(values));
}

Node Axes(const std::vector<std::int64_t>& axes) {
  const ov::Shape shape{axes.size()};
  return ov::op::v0::Constant::create(ov::element::i64, shape, axes);
}

// One number a channel, for broadcasting over an image.
Node Channels(const std::vector<float>& values) { return Constant({1, values.size(), 1, 1}, values.data()); }

Node Add(const Node& a, const Node& b) { return std::make_shared<ov::op::v1::Add>(a, b); }

Node Normalise(const Node& x, const CpnetLayer& layer) {
  return Add(std::make_shared<ov::op::v1::Multiply>(x, Channels(layer.scale)), Channels(layer.shift));
}

Node Convolve(const Node& x, const CpnetLayer& layer) {
  const ov::Shape shape(layer.weight->shape.begin(), layer.weight->shape.end());
  const auto pad = static_cast<std::ptrdiff_t>(shape[2] / 2);
  const Node weight = Constant(shape, layer.weight->values.data());
  const Node sum = std::make_shared<ov::op::v1::Convolution>(x, weight, ov::Strides{1, 1}, ov::CoordinateDiff{pad, pad},
                                                             ov::CoordinateDiff{pad, pad}, ov::Strides{1, 1});
  return Add(sum, Channels(layer.bias->values));
}

Node Block(const Node& x, const CpnetLayer& layer) {
  return Convolve(std::make_shared<ov::op::v0::Relu>(Normalise(x, layer)), layer);
}

Node Project(const Node& x, const CpnetLayer& layer) { return Convolve(Normalise(x, layer), layer); }

Node Pool(const Node& x) {
  return std::make_shared<ov::op::v1::MaxPool>(x, ov::Strides{2, 2}, ov::Shape{0, 0}, ov::Shape{0, 0}, ov::Shape{2, 2});
}

Node Upsample(const Node& x) {
  using Interpolate = ov::op::v4::Interpolate;
  Interpolate::InterpolateAttrs attributes;
  attributes.mode = Interpolate::InterpolateMode::NEAREST;
  attributes.shape_calculation_mode = Interpolate::ShapeCalcMode::SCALES;
  attributes.coordinate_transformation_mode = Interpolate::CoordinateTransformMode::ASYMMETRIC;
  attributes.nearest_mode = Interpolate::NearestMode::FLOOR;
  const Node scales = ov::op::v0::Constant::create(ov::element::f32, {2}, {2.F, 2.F});
  const Node unused_sizes = Axes({1, 1});
  return std::make_shared<Interpolate>(x, unused_sizes, scales, Axes({2, 3}), attributes);
}

Node Down(const Node& x, const CpnetDown& down) {
  const Node t = Add(Project(x, down.proj), Block(Block(x, down.conv[0]), down.conv[1]));
  return Add(t, Block(Block(t, down.conv[2]), down.conv[3]));
}

// Mean over the image, divided by its length.
Node Style(const Node& deepest) {
  const Node mean = std::make_shared<ov::op::v1::ReduceMean>(deepest, Axes({2, 3}), false);
  return std::make_shared<ov::op::v1::Divide>(mean, std::make_shared<ov::op::v4::ReduceL2>(mean, Axes({1}), true));
}

Node Dense(const Node& style, const CpnetDense& dense) {
  const ov::Shape shape(dense.weight->shape.begin(), dense.weight->shape.end());
  const Node weight = Constant(shape, dense.weight->values.data());
  const Node product = std::make_shared<ov::op::v0::MatMul>(style, weight, false, true);
  const Node sum = Add(product, Constant({1, shape[0]}, dense.bias->values.data()));
  return std::make_shared<ov::op::v0::Unsqueeze>(sum, Axes({2, 3}));
}

Node Up(const Node& x, const Node& y, const Node& style, const CpnetUp& up) {
  const Node first = Add(Block(x, up.conv[0]), y);
  const Node t = Add(Project(x, up.proj), Block(Add(first, Dense(style, up.full[0])), up.conv[1]));
  const Node second = Block(Add(t, Dense(style, up.full[1])), up.conv[2]);
  return Add(t, Block(Add(second, Dense(style, up.full[2])), up.conv[3]));
}

}  // namespace

std::shared_ptr<ov::Model> BuildCpnetGraph(const Cpnet& net, std::int64_t height, std::int64_t width) {
  const auto image =
      std::make_shared<ov::op::v0::Parameter>(ov::element::f32, ov::PartialShape{1, kCpnetPlanes, height, width});
  std::array<Node, kCpnetLevels> levels;
  for (std::size_t level = 0; level < levels.size(); ++level) {
    levels[level] = Down(level == 0 ? Node(image) : Pool(levels[level - 1]), net.down[level]);
  }
  const Node style = Style(levels.back());
  Node x = levels.back();
  for (std::size_t level = levels.size(); level-- > 0;) {
    if (level + 1 < levels.size()) x = Upsample(x);
    x = Up(x, levels[level], style, net.up[level]);
  }
  return std::make_shared<ov::Model>(ov::OutputVector{Block(x, net.output), style}, ov::ParameterVector{image});
}

}  // namespace intelliclinix::nn
