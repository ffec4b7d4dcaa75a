#include "nn/pickle/machine.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "nn/pickle/opcode.h"
#include "nn/pickle/operands.h"
#include "nn/pickle/stack.h"

namespace intelliclinix::nn::pickle {
namespace {

using Kind = PickleValue::Kind;

/// Runs the pickle's stack machine, with values in place of calls.
class Machine {
 public:
  Machine(std::span<const std::byte> bytes, const PickleRules& rules) : rules_(rules), operands_(bytes) {}

  Result<Pickle> Run() {
    bool stopped = false;
    while (!stopped) {
      stopped = Step(static_cast<Opcode>(operands_.TakeNumber<std::uint8_t>()));
      if (stack_.size() > rules_.max_values) {
        return Fail(ErrorCode::kTooLarge, "The " + std::string(rules_.file) + " has more than " +
                                              std::to_string(rules_.max_values) + " values.");
      }
      if (IsDamaged()) return Damaged();
      if (refused_.has_value()) return Fail(ErrorCode::kInvalidArgument, *std::move(refused_));
    }
    Pickle read = stack_.Finish();
    if (stack_.damaged()) return Damaged();
    read.bytes = operands_.at();
    return read;
  }

 private:
  // One opcode. True when it was the last.
  bool Step(Opcode opcode) {
    if (IsDamaged() || opcode == Opcode::kStop) return true;
    if (!StepConstant(opcode) && !StepText(opcode) && !StepStack(opcode) && !StepContainer(opcode)) {
      Refuse("uses the pickle opcode " + std::to_string(static_cast<int>(opcode)) + " at byte " +
             std::to_string(operands_.at() - 1));
    }
    return false;
  }

  bool StepConstant(Opcode opcode) {
    switch (opcode) {
      case Opcode::kNone:
        stack_.Push(Kind::kNone);
        return true;
      case Opcode::kNewTrue:
      case Opcode::kNewFalse:
        stack_.Push(Kind::kBool).integer = opcode == Opcode::kNewTrue ? 1 : 0;
        return true;
      case Opcode::kBinInt:
        stack_.Push(Kind::kInt).integer = operands_.TakeNumber<std::int32_t>();
        return true;
      case Opcode::kBinInt1:
        stack_.Push(Kind::kInt).integer = operands_.TakeNumber<std::uint8_t>();
        return true;
      case Opcode::kBinInt2:
        stack_.Push(Kind::kInt).integer = operands_.TakeNumber<std::uint16_t>();
        return true;
      case Opcode::kLong1:
        PushLong(operands_.TakeBytes(operands_.TakeNumber<std::uint8_t>()));
        return true;
      case Opcode::kBinFloat:
        stack_.Push(Kind::kFloat).number = std::bit_cast<double>(std::byteswap(operands_.TakeNumber<std::uint64_t>()));
        return true;
      case Opcode::kProto:
        operands_.TakeNumber<std::uint8_t>();
        return true;
      case Opcode::kFrame:
        operands_.TakeNumber<std::uint64_t>();
        return true;
      default:
        return false;
    }
  }

  bool StepText(Opcode opcode) {
    switch (opcode) {
      case Opcode::kShortBinString:
      case Opcode::kShortBinUnicode:
        PushText(Kind::kText, operands_.TakeNumber<std::uint8_t>());
        return true;
      case Opcode::kBinString:
      case Opcode::kBinUnicode:
        PushText(Kind::kText, operands_.TakeNumber<std::uint32_t>());
        return true;
      case Opcode::kBinUnicode8:
        PushText(Kind::kText, operands_.TakeNumber<std::uint64_t>());
        return true;
      case Opcode::kShortBinBytes:
        PushText(Kind::kBytes, operands_.TakeNumber<std::uint8_t>());
        return true;
      case Opcode::kBinBytes:
        PushText(Kind::kBytes, operands_.TakeNumber<std::uint32_t>());
        return true;
      case Opcode::kBinBytes8:
        PushText(Kind::kBytes, operands_.TakeNumber<std::uint64_t>());
        return true;
      case Opcode::kGlobal: {
        const std::string module = operands_.TakeLine();
        PushGlobal(module, operands_.TakeLine());
        return true;
      }
      case Opcode::kStackGlobal: {
        const PickleValue& name = stack_.Pop();
        PushGlobal(stack_.Pop().text, name.text);
        return true;
      }
      default:
        return false;
    }
  }

  bool StepStack(Opcode opcode) {
    switch (opcode) {
      case Opcode::kMark:
        stack_.Mark();
        return true;
      case Opcode::kPop:
        stack_.Pop();
        return true;
      case Opcode::kBinPut:
        stack_.Put(operands_.TakeNumber<std::uint8_t>());
        return true;
      case Opcode::kLongBinPut:
        stack_.Put(operands_.TakeNumber<std::uint32_t>());
        return true;
      case Opcode::kMemoize:
        stack_.PutNext();
        return true;
      case Opcode::kBinGet:
        stack_.Get(operands_.TakeNumber<std::uint8_t>());
        return true;
      case Opcode::kLongBinGet:
        stack_.Get(operands_.TakeNumber<std::uint32_t>());
        return true;
      default:
        return false;
    }
  }

  bool StepContainer(Opcode opcode) {
    switch (opcode) {
      case Opcode::kEmptyDict:
        stack_.Push(Kind::kDict);
        return true;
      case Opcode::kEmptyList:
        stack_.Push(Kind::kList);
        return true;
      case Opcode::kEmptyTuple:
        stack_.Push(Kind::kTuple);
        return true;
      case Opcode::kTuple1:
      case Opcode::kTuple2:
      case Opcode::kTuple3:
        PushTuple(stack_.PopItems(static_cast<std::size_t>(opcode) - static_cast<std::size_t>(Opcode::kTuple1) + 1));
        return true;
      case Opcode::kTuple:
        PushTuple(stack_.PopToMark());
        return true;
      case Opcode::kAppend:
        stack_.Extend(Kind::kList, stack_.PopItems(1));
        return true;
      case Opcode::kAppends:
        stack_.Extend(Kind::kList, stack_.PopToMark());
        return true;
      case Opcode::kSetItem:
        stack_.Extend(Kind::kDict, stack_.PopItems(2));
        return true;
      case Opcode::kSetItems:
        stack_.Extend(Kind::kDict, stack_.PopToMark());
        return true;
      default:
        return StepObject(opcode);
    }
  }

  bool StepObject(Opcode opcode) {
    switch (opcode) {
      case Opcode::kReduce: {
        const PickleValue& arguments = stack_.Pop();
        PushCall(stack_.Pop(), arguments);
        return true;
      }
      case Opcode::kBuild: {
        const PickleValue& state = stack_.Pop();
        PickleValue& object = stack_.Top();
        if (!object.Is(Kind::kCall) && !object.Is(Kind::kDict)) stack_.SetDamaged();
        object.state = &state;
        return true;
      }
      case Opcode::kBinPersId: {
        const PickleValue& id = stack_.Pop();
        stack_.Push(Kind::kPersistent).items = {&id};
        return true;
      }
      default:
        return false;
    }
  }

  void PushText(Kind kind, std::uint64_t length) {
    const std::span<const std::byte> text = operands_.TakeBytes(length);
    stack_.Push(kind).text.assign(reinterpret_cast<const char*>(text.data()), text.size());
  }

  void PushLong(std::span<const std::byte> digits) {
    if (digits.size() > 8) {
      stack_.Push(Kind::kLong).text.assign(reinterpret_cast<const char*>(digits.data()), digits.size());
      return;
    }
    const bool negative = !digits.empty() && (digits.back() & std::byte{0x80}) != std::byte{0};
    std::uint64_t bits = negative ? ~std::uint64_t{0} : 0;
    for (std::byte digit : std::vector(digits.rbegin(), digits.rend()))
      bits = bits << 8 | std::to_integer<unsigned>(digit);
    stack_.Push(Kind::kInt).integer = static_cast<std::int64_t>(bits);
  }

  void PushGlobal(const std::string& module, const std::string& name) {
    if (IsDamaged()) return;
    std::string full = module + "." + name;
    if (std::ranges::find(rules_.globals, full) == rules_.globals.end()) {
      return Refuse("calls '" + Printable(full) + "'");
    }
    stack_.Push(Kind::kGlobal).text = std::move(full);
  }

  void PushTuple(Items items) { stack_.Push(Kind::kTuple).items = std::move(items); }

  void PushCall(const PickleValue& callee, const PickleValue& arguments) {
    if (!callee.Is(Kind::kGlobal) || !arguments.Is(Kind::kTuple)) stack_.SetDamaged();
    if (callee.text == "collections.OrderedDict") return PushOrderedDict(arguments);
    CountCopies(arguments.items.size());
    if (IsDamaged()) return;
    PickleValue& call = stack_.Push(Kind::kCall);
    call.text = callee.text;
    call.items = arguments.items;
  }

  // Python 2 hands the pairs to the constructor, Python 3 sets them afterwards.
  void PushOrderedDict(const PickleValue& arguments) {
    PickleValue& dict = stack_.Push(Kind::kDict);
    if (arguments.items.empty()) return;
    CountCopies(2 * arguments.items.front()->items.size());
    if (IsDamaged()) return;
    for (const PickleValue* pair : arguments.items.front()->items) {
      if (pair->items.size() != 2) return stack_.SetDamaged();
      dict.items.insert(dict.items.end(), pair->items.begin(), pair->items.end());
    }
  }

  // A few bytes recall a long tuple from the memo and call something with it, again and again.
  void CountCopies(std::size_t count) {
    copies_ += count;
    if (copies_ > rules_.max_values) stack_.SetDamaged();
  }

  bool IsDamaged() const { return operands_.damaged() || stack_.damaged(); }

  std::unexpected<Error> Damaged() const {
    return Fail(ErrorCode::kInvalidArgument, "The " + std::string(rules_.file) + "'s pickle is damaged at byte " +
                                                 std::to_string(operands_.at()) + ". Save or fetch the file again.");
  }

  // `what` the pickle does that its rules have no place for.
  void Refuse(const std::string& what) {
    refused_ = "The " + std::string(rules_.file) + " " + what + ", which " + std::string(rules_.purpose) +
               " does not need; it is not read.";
  }

  const PickleRules& rules_;
  Operands operands_;
  Stack stack_;
  std::size_t copies_ = 0;
  std::optional<std::string> refused_;
};

}  // namespace

Result<Pickle> Run(std::span<const std::byte> bytes, const PickleRules& rules) { return Machine(bytes, rules).Run(); }

}  // namespace intelliclinix::nn::pickle
