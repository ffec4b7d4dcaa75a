// What a pickle's reader has in hand: values on a stack with marks in it, and those that it remembers.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <unordered_map>
#include <vector>

#include "nn/pickle.h"

namespace intelliclinix::nn::pickle {

using Items = std::vector<const PickleValue*>;

/// What is not there is an empty value, and the stack is damaged from then on: whoever works with it needs to ask only
/// once, when an opcode is done.
class Stack {
 public:
  PickleValue& Push(PickleValue::Kind kind);
  /// The value stays where it is when others come, as long as the stack.
  PickleValue& Top();
  PickleValue& Pop();
  Items PopItems(std::size_t count);

  /// Below a mark, the stack belongs to whoever set the mark.
  void Mark();
  /// All that is above the last mark, which goes too.
  Items PopToMark();

  /// Remembers the top.
  void Put(std::uint64_t key) { memo_[key] = &Top(); }
  void PutNext() { memo_[memo_.size()] = &Top(); }
  /// Pushes what was remembered.
  void Get(std::uint64_t key);

  /// Adds to the list or dict on top; to a dict, keys and values in turn.
  void Extend(PickleValue::Kind kind, const Items& items);

  /// How much there is, in values or places of the memo.
  std::size_t size() const { return std::max(values_.size(), memo_.size()); }
  bool damaged() const { return damaged_; }
  void SetDamaged() { damaged_ = true; }

  /// The one value that is left, with all that it is made of. Damaged when more or less is left.
  Pickle Finish();

 private:
  std::size_t Floor() const { return marks_.empty() ? 0 : marks_.back(); }

  std::deque<PickleValue> values_;
  std::vector<PickleValue*> stack_;
  std::vector<std::size_t> marks_;
  std::unordered_map<std::uint64_t, PickleValue*> memo_;
  bool damaged_ = false;
  PickleValue nothing_;  // what Top gives when there is nothing
};

}  // namespace intelliclinix::nn::pickle
