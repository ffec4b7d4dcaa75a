#include "runners/plane_choice.h"

#include <optional>
#include <string>

namespace intelliclinix::runners {
namespace {

std::unexpected<Error> Refuse(std::string message, const char* field) {
  return Fail(ErrorCode::kInvalidArgument, std::move(message), std::string("params.") + field);
}

/// A member that may be missing, or null.
Json Value(const Json& object, const char* name) {
  return object.is_object() && object.contains(name) ? object[name] : Json();
}

/// The number of a plane, from 0. `what`: "in depth".
Result<std::optional<int>> ReadPlane(const Json& number, int count, const char* field, const char* what) {
  if (number.is_null()) return std::nullopt;
  const int plane = number.get<int>();
  if (plane <= count) return plane - 1;
  return Refuse(
      "There is no plane " + std::to_string(plane) + " " + what + ": the file has " + std::to_string(count) + ".",
      field);
}

Result<int> ChooseTime(const Json& plane, const records::ImageFacts& image) {
  IC_ASSIGN_OR_RETURN(const std::optional<int> t, ReadPlane(Value(plane, "t"), image.times, "plane.t", "in time"));
  if (t || image.times == 1) return t.value_or(0);
  return Refuse("The file has " + std::to_string(image.times) +
                    " points in time, and one is segmented. Choose it by plane.t, from 1 on.",
                "plane.t");
}

std::string DepthQuestion(int depth) {
  return "The file has " + std::to_string(depth) +
         " planes in depth, and planes are segmented one by one; segmentation in three dimensions is not done yet. "
         "Choose one plane by plane.z, from 1 on, or make one of them by z_project (max or mean), or take each by z "
         "'each'.";
}

Status CheckOneChoice(const Json& z, const Json& project, const Json& each) {
  const int choices = (z.is_null() ? 0 : 1) + (project.is_null() ? 0 : 1) + (each.is_null() ? 0 : 1);
  if (choices < 2) return {};
  return Refuse("Give one of plane.z, z_project and z: each is another choice of planes.", "plane.z");
}

}  // namespace

std::vector<Parameter> PlaneParameters() {
  const Parameter z{.name = "z",
                    .type = ParameterType::kInteger,
                    .default_value = nullptr,
                    .description = "The plane in depth, from 1 on",
                    .minimum = 1,
                    .maximum = 1'000'000};
  Parameter t = z;
  t.name = "t";
  t.description = "The point in time, from 1 on";
  return {
      {.name = "plane",
       .type = ParameterType::kObject,
       .default_value = nullptr,
       .description = "Which plane of a stack: {z, t}, each counted from 1",
       .members = {z, t}},
      {.name = "z_project",
       .type = ParameterType::kString,
       .default_value = nullptr,
       .description = "Makes one plane of all planes in depth: their largest values or their mean",
       .choices = {"max", "mean"}},
      {.name = "z",
       .type = ParameterType::kString,
       .default_value = nullptr,
       .description = "Segments each plane in depth on its own, without joining cells from plane to plane",
       .choices = {"each"}},
  };
}

Result<ChosenPlanes> ChoosePlanes(const Json& resolved, const records::ImageFacts& image) {
  const Json plane = Value(resolved, "plane");
  const Json project = Value(resolved, "z_project");
  const Json each = Value(resolved, "z");
  IC_RETURN_IF_ERROR(CheckOneChoice(Value(plane, "z"), project, each));
  IC_ASSIGN_OR_RETURN(const int t, ChooseTime(plane, image));
  IC_ASSIGN_OR_RETURN(const std::optional<int> z, ReadPlane(Value(plane, "z"), image.depth, "plane.z", "in depth"));
  ChosenPlanes chosen;
  chosen.each = !each.is_null() && image.depth > 1;
  if (!project.is_null()) chosen.projection = project == "max" ? image::ZProjection::kMax : image::ZProjection::kMean;
  const bool open = !z && project.is_null() && each.is_null() && image.depth > 1;
  if (open) return Refuse(DepthQuestion(image.depth), "plane.z");
  const int last = chosen.each ? image.depth - 1 : z.value_or(0);
  for (int i = chosen.each ? 0 : z.value_or(0); i <= last; ++i) chosen.planes.push_back({.z = i, .t = t});
  return chosen;
}

}  // namespace intelliclinix::runners
