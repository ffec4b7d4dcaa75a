#include "app/segment_report.h"

#include <iomanip>
#include <iostream>

#include "app/machine.h"

namespace intelliclinix::app {
namespace {

void TellInWords(const InputFile& input, const SegmentedImage& image) {
  std::cout << input.path << ": " << image.output.objects << " objects, diameter " << std::fixed << std::setprecision(1)
            << image.output.diameter << " px, " << image.output.timings_ms.value("total", 0.0) / 1000 << " s\n";
}

}  // namespace

Json SegmentJson(const InputFile& input, const Result<SegmentedImage>& outcome) {
  Json line = {{"file", input.path}};
  if (!outcome) {
    line["error"] = outcome.error().message;
    if (!outcome.error().field.empty()) line["field"] = outcome.error().field;
    return line;
  }
  line["objects"] = outcome->output.objects;
  line["diameter"] = outcome->output.diameter;
  line["timings_ms"] = outcome->output.timings_ms;
  line["peak_memory_bytes"] = ReadPeakMemory();
  line["warnings"] = outcome->output.warnings;
  line["outputs"] = outcome->files;
  return line;
}

SegmentReport::SegmentReport(const std::vector<InputFile>& inputs, SegmentFormat format)
    : inputs_(inputs), format_(format), line_(inputs.size()) {}

void SegmentReport::Done(std::size_t image, Result<SegmentedImage> outcome) {
  line_.ImageDone(image, outcome.has_value());
  const std::lock_guard lock(mutex_);
  ++done_;
  if (!outcome) ++failed_;
  waiting_.emplace(image, std::move(outcome));
  while (!waiting_.empty() && waiting_.begin()->first == told_) {
    Tell(told_++, waiting_.begin()->second);
    waiting_.erase(waiting_.begin());
  }
}

void SegmentReport::Tell(std::size_t image, const Result<SegmentedImage>& outcome) {
  const InputFile& input = inputs_[image];
  line_.Clear();
  if (!outcome) std::cerr << "intelliclinix segment: '" << input.path << "': " << outcome.error().message << std::endl;
  if (outcome && format_ != SegmentFormat::kJson) {
    for (const std::string& warning : outcome->output.warnings) {
      std::cerr << "intelliclinix segment: '" << input.path << "': " << warning << std::endl;
    }
  }
  if (format_ == SegmentFormat::kJson) std::cout << DumpJson(SegmentJson(input, outcome)) << std::endl;
  if (format_ == SegmentFormat::kWords && outcome) TellInWords(input, *outcome);
}

}  // namespace intelliclinix::app
