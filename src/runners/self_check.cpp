#include "runners/self_check.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <limits>

#include "base/byte_source.h"
#include "nn/npy.h"
#include "runners/model_file.h"

namespace intelliclinix::runners {
namespace {

std::string Scientific(double number) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1e", number);
  return text;
}

}  // namespace

Result<nn::Tensor> ReadModelArray(const records::ModelEntry& entry, const std::string& role) {
  IC_ASSIGN_OR_RETURN(std::vector<std::byte> bytes, ReadModelFile(entry, role));
  MemorySource source(std::move(bytes));
  return NamedAfter(entry, role, nn::ReadNpy(source));
}

std::vector<std::int64_t> BatchOfOne(const nn::Tensor& tensor) {
  constexpr std::size_t kWithBatch = 4;
  if (tensor.shape.size() == kWithBatch) return tensor.shape;
  std::vector<std::int64_t> shape = {1};
  shape.insert(shape.end(), tensor.shape.begin(), tensor.shape.end());
  return shape;
}

double MaxDifference(const std::vector<float>& actual, const std::vector<float>& expected) {
  if (actual.size() != expected.size()) return std::numeric_limits<double>::infinity();
  double largest = 0;
  for (std::size_t i = 0; i < actual.size(); ++i) {
    const double difference = std::abs(static_cast<double>(actual[i]) - static_cast<double>(expected[i]));
    if (std::isnan(difference)) return std::numeric_limits<double>::infinity();
    largest = std::max(largest, difference);
  }
  return largest;
}

std::unexpected<Error> SelfTestFailed(const records::ModelEntry& entry, const std::string& role, double difference,
                                      double tolerance, const std::string& engine) {
  return Fail(ErrorCode::kInvalidArgument,
              "The model '" + entry.id + "' failed its self-test: the network's output is off by " +
                  Scientific(difference) + ", and " + Scientific(tolerance) +
                  " is allowed. Check that the files of its catalogue entry belong together; if they do, " + engine +
                  " computes wrongly on this processor.",
              "files." + role);
}

}  // namespace intelliclinix::runners
