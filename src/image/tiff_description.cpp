#include "image/tiff_description.h"

#include <charconv>

#include "base/json.h"

namespace intelliclinix::image {
namespace {

constexpr std::size_t kMaxJsonBytes = 64 << 10;
constexpr int kMaxSize = 1'000'000;

/// The text behind `key` at the beginning of a line, or nothing.
std::string_view ValueOf(std::string_view text, const std::string& key) {
  std::size_t at = text.find("\n" + key + "=");
  if (at == std::string_view::npos) return {};
  std::string_view value = text.substr(at + key.size() + 2);
  return value.substr(0, value.find_first_of("\r\n"));
}

int NumberOf(std::string_view text, const std::string& key) {
  std::string_view value = ValueOf(text, key);
  int number = 1;
  std::from_chars(value.data(), value.data() + value.size(), number);
  return number >= 1 && number <= kMaxSize ? number : 1;
}

bool IsSize(const Json& value) {
  return value.is_number_integer() && value.get<std::int64_t>() >= 1 && value.get<std::int64_t>() <= kMaxSize;
}

}  // namespace

std::optional<PageAxes> ImagejDescription::Axes() const {
  PageAxes axes{"TZC", {frames, slices, channels}};
  if (axes.Count() == 1 && images > 1) return std::nullopt;
  return axes;
}

std::optional<ImagejDescription> ReadImagejDescription(std::string_view text) {
  if (!text.starts_with("ImageJ=")) return std::nullopt;
  return ImagejDescription{.images = NumberOf(text, "images"),
                           .channels = NumberOf(text, "channels"),
                           .slices = NumberOf(text, "slices"),
                           .frames = NumberOf(text, "frames"),
                           .unit = std::string(ValueOf(text, "unit"))};
}

std::optional<ShapedDescription> ReadShapedDescription(std::string_view text) {
  if (!text.starts_with('{') || text.size() > kMaxJsonBytes) return std::nullopt;
  Result<Json> json = ParseJson(text);
  if (!json || !json->is_object() || !json->contains("shape") || !(*json)["shape"].is_array()) return std::nullopt;
  ShapedDescription shaped;
  for (const Json& size : (*json)["shape"]) {
    if (!IsSize(size)) return std::nullopt;
    shaped.shape.push_back(size.get<int>());
  }
  if (json->contains("axes") && (*json)["axes"].is_string()) shaped.axes = (*json)["axes"].get<std::string>();
  if (shaped.axes.size() != shaped.shape.size()) shaped.axes.clear();
  return shaped;
}

}  // namespace intelliclinix::image
