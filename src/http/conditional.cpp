#include "http/conditional.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "http/text.h"

namespace intelliclinix::http {
namespace {

std::string_view Opaque(std::string_view etag) {
  if (etag.starts_with("W/")) etag.remove_prefix(2);
  return etag;
}

// The weak comparison of RFC 9110 section 8.8.3.2. An ETag of ours has no comma in it.
bool NoneMatchHits(std::string_view list, std::string_view etag) {
  if (TrimBlanks(list) == "*") return true;
  while (!list.empty()) {
    const std::string_view item = list.substr(0, list.find(','));
    if (Opaque(TrimBlanks(item)) == Opaque(etag)) return true;
    list.remove_prefix(std::min(item.size() + 1, list.size()));
  }
  return false;
}

bool RangeStillHolds(const Request& request, const Response& response) {
  const std::string_view condition = request.Header("If-Range");
  if (condition.empty()) return true;
  if (condition.starts_with("W/")) return false;
  return condition == response.headers.Get("ETag") || condition == response.headers.Get("Last-Modified");
}

std::optional<std::uint64_t> ReadNumber(std::string_view digits) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  const bool overflow = error == std::errc::result_out_of_range;
  if (digits.empty() || end != digits.data() + digits.size() || (error != std::errc() && !overflow))
    return std::nullopt;
  return overflow ? UINT64_MAX : number;
}

constexpr Selection kUnsatisfiable{416, 0, 0};

Selection SelectSuffix(std::uint64_t length, std::uint64_t size) {
  if (length == 0 || size == 0) return kUnsatisfiable;
  const std::uint64_t count = std::min(length, size);
  return {206, size - count, count};
}

// Nothing for a Range that is to be ignored.
std::optional<Selection> SelectRange(std::string_view range, std::uint64_t size) {
  constexpr std::string_view kUnit = "bytes=";
  if (range.size() < kUnit.size() || !EqualsIgnoreCase(range.substr(0, kUnit.size()), kUnit)) return std::nullopt;
  const std::string_view spec = TrimBlanks(range.substr(kUnit.size()));
  const std::size_t dash = spec.find('-');
  if (dash == std::string_view::npos || spec.find(',') != std::string_view::npos) return std::nullopt;
  const std::optional<std::uint64_t> last = ReadNumber(spec.substr(dash + 1));
  if (dash == 0) return last ? std::optional(SelectSuffix(*last, size)) : std::nullopt;
  const std::optional<std::uint64_t> first = ReadNumber(spec.substr(0, dash));
  const bool open_ended = dash + 1 == spec.size();
  if (!first || (!open_ended && (!last || *last < *first))) return std::nullopt;
  if (*first >= size) return kUnsatisfiable;
  const std::uint64_t end = open_ended ? size - 1 : std::min(*last, size - 1);
  return Selection{206, *first, end - *first + 1};
}

}  // namespace

Selection Select(const Request& request, const Response& response, std::uint64_t size, bool ranges_allowed) {
  const std::string_view etag = response.headers.Get("ETag");
  const std::string_view none_match = request.Header("If-None-Match");
  if (!etag.empty() && !none_match.empty() && NoneMatchHits(none_match, etag)) return {304, 0, 0};
  const std::string_view range = request.Header("Range");
  if (ranges_allowed && !range.empty() && RangeStillHolds(request, response)) {
    if (const std::optional<Selection> selection = SelectRange(range, size)) return *selection;
  }
  return {200, 0, size};
}

}  // namespace intelliclinix::http
