#include "image/page_axes.h"

#include <string>

#include "base/digits.h"

namespace intelliclinix::image {
namespace {

std::unexpected<Error> RefuseAxes(std::string message) {
  return Fail(ErrorCode::kInvalidArgument, std::move(message), "axes");
}

std::string Pages(const PageFacts& facts) { return GroupDigits(static_cast<std::uint64_t>(facts.pages)) + " pages"; }

/// "T 5, C 3".
std::string Text(const PageAxes& axes) {
  std::string text;
  for (std::size_t i = 0; i < axes.letters.size(); ++i) {
    text += (i == 0 ? "" : ", ") + std::string(1, axes.letters[i]) + " " +
            GroupDigits(static_cast<std::uint64_t>(axes.sizes[i]));
  }
  return text;
}

std::string Question(const PageFacts& facts) {
  std::string lengths;
  for (int size : facts.sizes) {
    lengths += (lengths.empty() ? "" : " x ") + GroupDigits(static_cast<std::uint64_t>(size));
  }
  return "The file holds " + Pages(facts) + (facts.sizes.size() > 1 ? " (" + lengths + ")" : "") +
         " and does not say what they are: channels, planes in depth, or points in time? Give 'axes': " +
         (facts.sizes.size() > 1 ? "for example ZCYX or TZYX, slowest first." : "CYX, ZYX or TYX.");
}

Result<PageAxes> ByPerson(const PageFacts& facts, const std::string& letters) {
  if (letters.size() == 1) return PageAxes{letters, {static_cast<int>(facts.pages)}};
  if (letters.empty()) return RefuseAxes("'axes' names nothing but a plane. " + Question(facts));
  if (letters.size() == facts.sizes.size()) return PageAxes{letters, facts.sizes};
  if (!facts.sizes.empty()) return RefuseAxes("'axes' does not fit the file. " + Question(facts));
  return RefuseAxes("The file holds " + Pages(facts) + " and does not say how many there are of each of '" + letters +
                    "'. Save it as OME-TIFF or as a hyperstack of ImageJ, which do.");
}

/// Takes the file's sizes in the person's words.
Result<PageAxes> Agree(const PageAxes& told, const std::string& letters) {
  PageAxes squeezed = told.Squeezed();
  std::size_t at = 0;
  for (char letter : letters) {
    if (at < squeezed.letters.size() && squeezed.letters[at] == letter) ++at;
  }
  if (at == squeezed.letters.size()) return squeezed;
  if (squeezed.letters.size() == 1 && letters.size() == 1) return PageAxes{letters, squeezed.sizes};
  return RefuseAxes("The file says that its pages are " + Text(squeezed) +
                    ", slowest first, which 'axes' contradicts. Leave 'axes' out, or save the file as it should be.");
}

}  // namespace

Result<PageAxes> DecidePageAxes(const PageFacts& facts, std::string_view axes) {
  std::string letters(axes.substr(0, axes.find('Y')));
  if (facts.told && axes.empty()) return facts.told->Squeezed();
  if (facts.told) return Agree(*facts.told, letters);
  if (facts.pages == 1) return PageAxes{};
  if (axes.empty()) return RefuseAxes(Question(facts));
  IC_ASSIGN_OR_RETURN(PageAxes decided, ByPerson(facts, letters));
  return decided.Squeezed();
}

}  // namespace intelliclinix::image
