// Reads Python pickles as data: what they would call is named, never called.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace intelliclinix::nn {

/// One value of a pickle. Values may be shared and, in a hostile file, form cycles: look at them to a fixed depth.
struct PickleValue {
  enum class Kind {
    kNone,
    kBool,
    kInt,
    kLong,  ///< an integer of more than 64 bits
    kFloat,
    kBytes,
    kText,
    kTuple,
    kList,
    kDict,
    kGlobal,     ///< the name of a class or function
    kCall,       ///< a call of a global, not carried out
    kPersistent  ///< something that lies outside the pickle
  };
  Kind kind = Kind::kNone;
  std::int64_t integer = 0;  ///< kBool, kInt
  double number = 0;         ///< kFloat
  std::string text;  ///< kBytes, kText; kGlobal and kCall: "module.name"; kLong: two's complement, low byte first
  std::vector<const PickleValue*>
      items;  ///< elements; kDict: key, value, key, value...; kCall: arguments; kPersistent: id
  const PickleValue* state = nullptr;  ///< kCall: what the object was told to restore itself from, if anything

  bool Is(Kind other) const { return kind == other; }
  bool IsCallOf(std::string_view name) const { return kind == Kind::kCall && text == name; }
  /// The value under text `key` of a dict (the last, as Python has it), or null.
  const PickleValue* Find(std::string_view key) const;
};

/// What a pickle of some purpose may hold.
struct PickleRules {
  std::string_view file;                      ///< for messages: "checkpoint"
  std::string_view purpose;                   ///< for messages: "a state dict"
  std::span<const std::string_view> globals;  ///< "module.name" of each class and function that may be named
  std::size_t max_values = 1'000'000;
};

/// A pickle that was read. Owns: all values.
struct Pickle {
  std::deque<PickleValue> values;
  const PickleValue* root = nullptr;
  std::size_t bytes = 0;  ///< length of the pickle, which may be followed by others
};

/// Reads the pickle at the start of `bytes`, of protocol 1 to 5. collections.OrderedDict becomes a kDict if the rules
/// allow it.
/// Errors: kInvalidArgument for a global or opcode outside the rules (named), or a damaged pickle; kTooLarge.
Result<Pickle> ReadPickle(std::span<const std::byte> bytes, const PickleRules& rules);

/// An unsigned or signed integer list such as a shape, from a tuple or list of kInt. False for anything else.
bool ReadIntegers(const PickleValue& value, std::vector<std::int64_t>& integers);

/// `text` with what is not printable ASCII replaced, and cut to a length fit for a message.
std::string Printable(std::string_view text);

}  // namespace intelliclinix::nn
