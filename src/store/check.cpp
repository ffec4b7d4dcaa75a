#include "store/check.h"

#include <array>

namespace intelliclinix::store {
namespace {

using namespace inconsistency;

/// The middle of "The inference 65... has no dataset."
struct Wording {
  std::string_view kind;
  std::string_view subject;
  std::string_view fault;
};

constexpr std::array kWordings = {
    Wording{kDatabaseDamaged, "The database", "is damaged; restore it from a backup"},
    Wording{kBlobWithoutBytes, "The file", "has a record, but its bytes are missing or not as many as they should be"},
    Wording{kDatasetWithoutBlob, "The dataset", "names a source image whose bytes are missing; upload it again"},
    Wording{kModelWithoutBlob, "The file",
            "is named by an imported model, but is not there; remove the model and import it again"},
    Wording{kResultWithoutBlob, "The task", "has a result that names an artifact which is missing"},
    Wording{kReferenceMisnoted, "The file", "is noted wrongly as pointed to or not"},
    Wording{kInferenceWithoutDataset, "The inference", "has no dataset"},
    Wording{kTaskWithoutInference, "The task", "has no inference"},
    Wording{kCorrectionWithoutInference, "The correction", "has no inference"},
    Wording{kCorrectionWithoutBlob, "The correction", "names labels which are missing; upload them again"},
    Wording{kKeyWithoutInference, "The inference", "has an idempotency key, but is not there"},
    Wording{kTasksMissing, "The inference", "has fewer tasks than its dataset has images"},
    Wording{kTaskContradicts, "The task", "has ended without a result, or has a result without having ended"},
    Wording{kOpenTaskOfEnded, "The task", "is open, but its inference has ended"},
    Wording{kProgressContradicts, "The task", "has more tiles done than there are, or fewer than none"},
    Wording{kInferenceContradicts, "The inference",
            "has a status that is unknown or that its dates or error contradict"},
    Wording{kOrphan, "The file", "has bytes that nothing points to"}};

}  // namespace

std::string InconsistencySentence(std::string_view kind, ObjectId id, std::string_view name) {
  for (const Wording& wording : kWordings) {
    if (wording.kind != kind) continue;
    std::string sentence(wording.subject);
    if (!id.IsNone()) sentence += " " + id.ToString();
    if (!name.empty()) sentence += " ('" + std::string(name) + "')";
    return sentence + " " + std::string(wording.fault) + ".";
  }
  return std::string(kind);
}

}  // namespace intelliclinix::store
