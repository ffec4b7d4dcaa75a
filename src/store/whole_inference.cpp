#include "store/whole_inference.h"

#include <algorithm>
#include <iterator>

namespace intelliclinix::store {

Result<records::Inference> GetWithResults(InferenceStore& store, ObjectId owner, ObjectId id) {
  IC_ASSIGN_OR_RETURN(records::Inference inference, store.GetInference(owner, id));
  std::optional<int> first = 0;
  while (first) {
    IC_ASSIGN_OR_RETURN(ResultsPage page, store.ListResults(owner, id, {.first = *first}));
    std::ranges::move(page.results, std::back_inserter(inference.results));
    first = page.next;
  }
  return inference;
}

}  // namespace intelliclinix::store
