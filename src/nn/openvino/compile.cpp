#include "nn/openvino/compile.h"

#include <algorithm>
#include <vector>

#include <openvino/core/version.hpp>
#include <openvino/runtime/properties.hpp>

#include "nn/pickle.h"

namespace intelliclinix::nn {
namespace {

constexpr char kDevice[] = "CPU";
constexpr std::size_t kMostShown = 240;

/// Lines that say where in OpenVINO's sources something was thrown mean nothing to a reader.
bool IsPlace(std::string_view line) {
  return line.starts_with("Exception from ") || line.starts_with("Check '") || line.find(".cpp:") != line.npos;
}

std::string_view Trimmed(std::string_view line) {
  while (!line.empty() && (line.front() == ' ' || line.front() == '\t')) line.remove_prefix(1);
  while (!line.empty() && (line.back() == ' ' || line.back() == '.' || line.back() == '\r')) line.remove_suffix(1);
  return line;
}

}  // namespace

std::string OpenvinoName() {
  const std::string build = ov::get_openvino_version().buildNumber;  // "2026.4.0-12345-..."
  return "openvino " + build.substr(0, build.find('.', build.find('.') + 1));
}

std::string DeviceName(ov::Core& core) { return core.get_property(kDevice, ov::device::full_name); }

ov::CompiledModel CompileForCpu(ov::Core& core, const std::shared_ptr<ov::Model>& graph, const EngineOptions& options) {
  const bool bf16 = options.precision == Precision::kBfloat16;
  // Pinning would change the affinity of our compute threads behind their back.
  return core.compile_model(
      graph, kDevice, ov::num_streams(options.threads), ov::inference_num_threads(options.threads),
      ov::hint::inference_precision(bf16 ? ov::element::bf16 : ov::element::f32), ov::hint::enable_cpu_pinning(false));
}

ov::Tensor BorrowTensor(std::span<const std::int64_t> shape, const float* values) {
  return {ov::element::f32, ov::Shape(shape.begin(), shape.end()), const_cast<float*>(values)};
}

std::string FirstSentence(std::string_view what) {
  std::string text;
  while (!what.empty() && text.size() < kMostShown) {
    const std::size_t end = std::min(what.find('\n'), what.size());
    const std::string_view line = Trimmed(what.substr(0, end));
    what.remove_prefix(std::min(end + 1, what.size()));
    if (!line.empty() && !IsPlace(line)) text += (text.empty() ? "" : "; ") + Printable(line);
  }
  return (text.empty() ? "it gave no reason" : text.substr(0, kMostShown)) + ".";
}

}  // namespace intelliclinix::nn
