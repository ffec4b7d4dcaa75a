// What a check of a store finds, for the tests of every store.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>

#include "store/check.h"
#include "store/store.h"

namespace intelliclinix::store {

/// The kinds of what is found, with " fixed" behind those that were. Expects that each has a sentence.
inline std::vector<std::string> FoundIn(Store& store, TimePoint now, bool fix) {
  std::vector<std::string> found;
  const std::vector<Inconsistency> all = store.Check({.fix = fix, .now = now}).value();
  for (const Inconsistency& one : all) {
    EXPECT_FALSE(one.sentence.empty());
    found.push_back(one.kind + (one.fixed ? " fixed" : ""));
  }
  return found;
}

/// Expects that what is found is `kind`, and is gone once it was fixed.
inline void ExpectFixedIn(Store& store, TimePoint now, std::string_view kind) {
  SCOPED_TRACE(kind);
  EXPECT_THAT(FoundIn(store, now, false), testing::ElementsAre(std::string(kind)));
  EXPECT_THAT(FoundIn(store, now, true), testing::ElementsAre(std::string(kind) + " fixed"));
  EXPECT_THAT(FoundIn(store, now, false), testing::IsEmpty());
}

}  // namespace intelliclinix::store
