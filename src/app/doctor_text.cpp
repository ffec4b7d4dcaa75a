#include <iomanip>
#include <sstream>

#include "app/doctor_report.h"

namespace intelliclinix::app {
namespace {

std::string Gibibytes(const Json& bytes) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(1) << bytes.get<double>() / (1ULL << 30) << " GiB";
  return text.str();
}

/// "avx2 yes, avx512f no".
std::string FeaturesText(const Json& features) {
  std::string text;
  for (const auto& [name, there] : features.items()) {
    text += (text.empty() ? "" : ", ") + name + (there.get<bool>() ? " yes" : " no");
  }
  return text;
}

std::string ModelText(const Json& model) {
  if (!model["fit"].get<bool>()) return "NOT FIT";
  std::ostringstream text;
  text << "fit; " << model["engine"].get<std::string>() << ", " << model["precision"].get<std::string>()
       << "; self-test differs by " << model["self_test_max_error"].get<double>() << std::fixed << std::setprecision(0)
       << "; loaded in " << model["load_and_self_test_ms"].get<double>() << " ms";
  for (const auto& [precision, tile_ms] : model["tile_ms"].items()) {
    if (!tile_ms.is_null()) text << "; one tile takes a core " << tile_ms.get<double>() << " ms in " << precision;
  }
  return text.str();
}

std::string DataText(const Json& data) {
  std::string text = data["folder"].get<std::string>();
  if (data.contains("free_bytes")) text += ", " + Gibibytes(data["free_bytes"]) + " free";
  return text + (data["writable"].get<bool>() ? "" : ", NOT WRITABLE");
}

}  // namespace

std::string ReportText(const Json& report) {
  std::ostringstream text;
  const auto line = [&](const std::string& name, const std::string& value) {
    text << std::left << std::setw(14) << name << value << '\n';
  };
  const Json& memory = report["memory"];
  line("version", report["version"].get<std::string>());
  line("processor", report["cpu"]["model"].get<std::string>());
  line("features", FeaturesText(report["cpu"]["features"]));
  line("cores", std::to_string(report["cpu"]["usable_cores"].get<int>()) + " may be used; " +
                    std::to_string(report["threads"].get<int>()) + " threads compute");
  line("precision", report["precision"]["default"].get<std::string>() +
                        (report["precision"]["bf16_possible"].get<bool>() ? "; bf16 by choice (precision=bf16)"
                                                                          : "; this processor has no bf16"));
  line("memory", Gibibytes(memory["available_bytes"]) + " of " + Gibibytes(memory["total_bytes"]) + " available" +
                     (memory["limit_bytes"].is_null() ? "" : "; limited to " + Gibibytes(memory["limit_bytes"])));
  line("data", DataText(report["data"]));
  line("open files", std::to_string(report["open_files"]["now"].get<std::uint64_t>()) + ", may be raised to " +
                         std::to_string(report["open_files"]["permitted"].get<std::uint64_t>()));
  for (const auto& [id, model] : report["models"].items()) line("model", id + ": " + ModelText(model));
  for (const Json& problem : report["problems"]) line("PROBLEM", problem.get<std::string>());
  if (report["problems"].empty()) line("problems", "none");
  return text.str();
}

}  // namespace intelliclinix::app
