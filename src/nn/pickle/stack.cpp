#include "nn/pickle/stack.h"

#include <cstddef>
#include <utility>

namespace intelliclinix::nn::pickle {
namespace {

constexpr std::size_t kMaxDepth = 1000;  // marks that are open at the same time

}  // namespace

PickleValue& Stack::Push(PickleValue::Kind kind) {
  PickleValue& value = values_.emplace_back();
  value.kind = kind;
  stack_.push_back(&value);
  return value;
}

PickleValue& Stack::Top() {
  if (stack_.size() > Floor()) return *stack_.back();
  damaged_ = true;
  return nothing_ = PickleValue();
}

PickleValue& Stack::Pop() {
  PickleValue& top = Top();
  if (!damaged_) stack_.pop_back();
  return top;
}

Items Stack::PopItems(std::size_t count) {
  if (stack_.size() - Floor() < count) {
    damaged_ = true;
    return {};
  }
  Items items(stack_.end() - static_cast<std::ptrdiff_t>(count), stack_.end());
  stack_.resize(stack_.size() - count);
  return items;
}

void Stack::Mark() {
  if (marks_.size() >= kMaxDepth) damaged_ = true;
  marks_.push_back(stack_.size());
}

Items Stack::PopToMark() {
  if (marks_.empty()) {
    damaged_ = true;
    return {};
  }
  Items items = PopItems(stack_.size() - marks_.back());
  marks_.pop_back();
  return items;
}

void Stack::Get(std::uint64_t key) {
  const auto found = memo_.find(key);
  if (found == memo_.end()) {
    damaged_ = true;
  } else {
    stack_.push_back(found->second);
  }
}

void Stack::Extend(PickleValue::Kind kind, const Items& items) {
  PickleValue& target = Top();
  const bool fits = target.Is(kind) && (kind != PickleValue::Kind::kDict || items.size() % 2 == 0);
  damaged_ = damaged_ || !fits;
  if (fits) target.items.insert(target.items.end(), items.begin(), items.end());
}

Pickle Stack::Finish() {
  damaged_ = damaged_ || stack_.size() != 1 || !marks_.empty();
  Pickle left;
  if (damaged_) return left;
  left.values = std::move(values_);
  left.root = stack_.front();
  return left;
}

}  // namespace intelliclinix::nn::pickle
