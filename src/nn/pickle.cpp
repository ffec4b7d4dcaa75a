#include "nn/pickle.h"

#include <algorithm>
#include <bit>
#include <optional>
#include <unordered_map>

#include "base/little_endian.h"

namespace intelliclinix::nn {
namespace {

using Kind = PickleValue::Kind;

constexpr std::size_t kMaxDepth = 1000;  // marks that are open at the same time
constexpr std::size_t kMaxNameBytes = 256;

// The opcodes that are understood. Source: Lib/pickletools.py of CPython, which describes each.
enum class Opcode : std::uint8_t {
  kMark = '(',
  kStop = '.',
  kPop = '0',
  kBinInt = 'J',
  kBinInt1 = 'K',
  kBinInt2 = 'M',
  kNone = 'N',
  kBinPersId = 'Q',
  kReduce = 'R',
  kBinString = 'T',
  kShortBinString = 'U',
  kBinUnicode = 'X',
  kAppend = 'a',
  kBuild = 'b',
  kGlobal = 'c',
  kAppends = 'e',
  kBinGet = 'h',
  kLongBinGet = 'j',
  kBinPut = 'q',
  kLongBinPut = 'r',
  kSetItem = 's',
  kTuple = 't',
  kSetItems = 'u',
  kEmptyDict = '}',
  kEmptyList = ']',
  kEmptyTuple = ')',
  kBinFloat = 'G',
  kBinBytes = 'B',
  kShortBinBytes = 'C',
  kProto = 0x80,
  kTuple1 = 0x85,
  kTuple2 = 0x86,
  kTuple3 = 0x87,
  kNewTrue = 0x88,
  kNewFalse = 0x89,
  kLong1 = 0x8a,
  kShortBinUnicode = 0x8c,
  kBinUnicode8 = 0x8d,
  kBinBytes8 = 0x8e,
  kStackGlobal = 0x93,
  kMemoize = 0x94,
  kFrame = 0x95,
};

/// Runs the pickle's stack machine, with values in place of calls. Operands are taken through Take...(), which after
/// the first fault return empty values, so that each opcode needs to look at the fault only once, when it is done.
class Machine {
 public:
  Machine(std::span<const std::byte> bytes, const PickleRules& rules) : bytes_(bytes), rules_(rules) {}

  Result<Pickle> Run() {
    bool stopped = false;
    while (!stopped) {
      stopped = Step(static_cast<Opcode>(TakeNumber<std::uint8_t>()));
      if (pickle_.values.size() > rules_.max_values || memo_.size() > rules_.max_values) {
        return Fail(ErrorCode::kTooLarge, "The " + std::string(rules_.file) + " has more than " +
                                              std::to_string(rules_.max_values) + " values.");
      }
      if (fault_.has_value()) return std::unexpected(*std::move(fault_));
    }
    if (stack_.size() != 1 || !marks_.empty()) return Damaged();
    pickle_.root = stack_.front();
    pickle_.bytes = at_;
    return std::move(pickle_);
  }

 private:
  // One opcode. True when it was the last.
  bool Step(Opcode opcode) {
    if (fault_.has_value()) return true;
    if (opcode == Opcode::kStop) return true;
    if (!StepConstant(opcode) && !StepText(opcode) && !StepStack(opcode) && !StepContainer(opcode)) {
      SetFault(Fail(ErrorCode::kInvalidArgument, "The " + std::string(rules_.file) + " uses the pickle opcode " +
                                                     std::to_string(static_cast<int>(opcode)) + " at byte " +
                                                     std::to_string(at_ - 1) + ", which " +
                                                     std::string(rules_.purpose) + " does not need; it is not read."));
    }
    return false;
  }

  bool StepConstant(Opcode opcode) {
    switch (opcode) {
      case Opcode::kNone:
        Push(Kind::kNone);
        return true;
      case Opcode::kNewTrue:
      case Opcode::kNewFalse:
        Push(Kind::kBool).integer = opcode == Opcode::kNewTrue ? 1 : 0;
        return true;
      case Opcode::kBinInt:
        Push(Kind::kInt).integer = TakeNumber<std::int32_t>();
        return true;
      case Opcode::kBinInt1:
        Push(Kind::kInt).integer = TakeNumber<std::uint8_t>();
        return true;
      case Opcode::kBinInt2:
        Push(Kind::kInt).integer = TakeNumber<std::uint16_t>();
        return true;
      case Opcode::kLong1:
        PushLong(TakeBytes(TakeNumber<std::uint8_t>()));
        return true;
      case Opcode::kBinFloat:
        Push(Kind::kFloat).number = std::bit_cast<double>(std::byteswap(TakeNumber<std::uint64_t>()));
        return true;
      case Opcode::kProto:
        TakeNumber<std::uint8_t>();
        return true;
      case Opcode::kFrame:
        TakeNumber<std::uint64_t>();
        return true;
      default:
        return false;
    }
  }

  bool StepText(Opcode opcode) {
    switch (opcode) {
      case Opcode::kShortBinString:
      case Opcode::kShortBinUnicode:
        PushText(Kind::kText, TakeNumber<std::uint8_t>());
        return true;
      case Opcode::kBinString:
      case Opcode::kBinUnicode:
        PushText(Kind::kText, TakeNumber<std::uint32_t>());
        return true;
      case Opcode::kBinUnicode8:
        PushText(Kind::kText, TakeNumber<std::uint64_t>());
        return true;
      case Opcode::kShortBinBytes:
        PushText(Kind::kBytes, TakeNumber<std::uint8_t>());
        return true;
      case Opcode::kBinBytes:
        PushText(Kind::kBytes, TakeNumber<std::uint32_t>());
        return true;
      case Opcode::kBinBytes8:
        PushText(Kind::kBytes, TakeNumber<std::uint64_t>());
        return true;
      case Opcode::kGlobal: {
        const std::string module = TakeLine();
        PushGlobal(module, TakeLine());
        return true;
      }
      case Opcode::kStackGlobal: {
        const PickleValue& name = Pop();
        PushGlobal(Pop().text, name.text);
        return true;
      }
      default:
        return false;
    }
  }

  bool StepStack(Opcode opcode) {
    switch (opcode) {
      case Opcode::kMark:
        if (marks_.size() >= kMaxDepth) SetFault(Damaged());
        marks_.push_back(stack_.size());
        return true;
      case Opcode::kPop:
        Pop();
        return true;
      case Opcode::kBinPut:
        memo_[TakeNumber<std::uint8_t>()] = &Top();
        return true;
      case Opcode::kLongBinPut:
        memo_[TakeNumber<std::uint32_t>()] = &Top();
        return true;
      case Opcode::kMemoize:
        memo_[memo_.size()] = &Top();
        return true;
      case Opcode::kBinGet:
        Recall(TakeNumber<std::uint8_t>());
        return true;
      case Opcode::kLongBinGet:
        Recall(TakeNumber<std::uint32_t>());
        return true;
      default:
        return false;
    }
  }

  bool StepContainer(Opcode opcode) {
    switch (opcode) {
      case Opcode::kEmptyDict:
        Push(Kind::kDict);
        return true;
      case Opcode::kEmptyList:
        Push(Kind::kList);
        return true;
      case Opcode::kEmptyTuple:
        Push(Kind::kTuple);
        return true;
      case Opcode::kTuple1:
      case Opcode::kTuple2:
      case Opcode::kTuple3:
        PushTuple(PopItems(static_cast<std::size_t>(opcode) - static_cast<std::size_t>(Opcode::kTuple1) + 1));
        return true;
      case Opcode::kTuple:
        PushTuple(PopToMark());
        return true;
      case Opcode::kAppend:
        Extend(Kind::kList, PopItems(1));
        return true;
      case Opcode::kAppends:
        Extend(Kind::kList, PopToMark());
        return true;
      case Opcode::kSetItem:
        Extend(Kind::kDict, PopItems(2));
        return true;
      case Opcode::kSetItems:
        Extend(Kind::kDict, PopToMark());
        return true;
      default:
        return StepObject(opcode);
    }
  }

  bool StepObject(Opcode opcode) {
    switch (opcode) {
      case Opcode::kReduce: {
        const PickleValue& arguments = Pop();
        PushCall(Pop(), arguments);
        return true;
      }
      case Opcode::kBuild: {
        const PickleValue& state = Pop();
        PickleValue& object = Top();
        if (!object.Is(Kind::kCall) && !object.Is(Kind::kDict)) SetFault(Damaged());
        object.state = &state;
        return true;
      }
      case Opcode::kBinPersId: {
        const PickleValue& id = Pop();
        Push(Kind::kPersistent).items = {&id};
        return true;
      }
      default:
        return false;
    }
  }

  PickleValue& Push(Kind kind) {
    PickleValue& value = pickle_.values.emplace_back();
    value.kind = kind;
    stack_.push_back(&value);
    return value;
  }

  void PushText(Kind kind, std::uint64_t length) {
    const std::span<const std::byte> text = TakeBytes(length);
    Push(kind).text.assign(reinterpret_cast<const char*>(text.data()), text.size());
  }

  void PushLong(std::span<const std::byte> digits) {
    if (digits.size() > 8) {
      Push(Kind::kLong).text.assign(reinterpret_cast<const char*>(digits.data()), digits.size());
      return;
    }
    const bool negative = !digits.empty() && (digits.back() & std::byte{0x80}) != std::byte{0};
    std::uint64_t bits = negative ? ~std::uint64_t{0} : 0;
    for (std::byte digit : std::vector(digits.rbegin(), digits.rend()))
      bits = bits << 8 | std::to_integer<unsigned>(digit);
    Push(Kind::kInt).integer = static_cast<std::int64_t>(bits);
  }

  void PushGlobal(const std::string& module, const std::string& name) {
    if (fault_.has_value()) return;
    std::string full = module + "." + name;
    if (std::ranges::find(rules_.globals, full) == rules_.globals.end()) {
      SetFault(Fail(ErrorCode::kInvalidArgument, "The " + std::string(rules_.file) + " calls '" + Printable(full) +
                                                     "', which " + std::string(rules_.purpose) +
                                                     " does not need; it is not read."));
      return;
    }
    Push(Kind::kGlobal).text = std::move(full);
  }

  void PushTuple(std::vector<const PickleValue*> items) { Push(Kind::kTuple).items = std::move(items); }

  void PushCall(const PickleValue& callee, const PickleValue& arguments) {
    if (!callee.Is(Kind::kGlobal) || !arguments.Is(Kind::kTuple)) SetFault(Damaged());
    if (callee.text == "collections.OrderedDict") return PushOrderedDict(arguments);
    CountCopies(arguments.items.size());
    if (fault_.has_value()) return;
    PickleValue& call = Push(Kind::kCall);
    call.text = callee.text;
    call.items = arguments.items;
  }

  // Python 2 hands the pairs to the constructor, Python 3 sets them afterwards.
  void PushOrderedDict(const PickleValue& arguments) {
    PickleValue& dict = Push(Kind::kDict);
    if (arguments.items.empty()) return;
    CountCopies(2 * arguments.items.front()->items.size());
    if (fault_.has_value()) return;
    for (const PickleValue* pair : arguments.items.front()->items) {
      if (pair->items.size() != 2) return SetFault(Damaged());
      dict.items.insert(dict.items.end(), pair->items.begin(), pair->items.end());
    }
  }

  // A few bytes recall a long tuple from the memo and call something with it, again and again.
  void CountCopies(std::size_t count) {
    copies_ += count;
    if (copies_ > rules_.max_values) SetFault(Damaged());
  }

  void Extend(Kind kind, const std::vector<const PickleValue*>& items) {
    PickleValue& target = Top();
    const bool fits = target.Is(kind) && (kind != Kind::kDict || items.size() % 2 == 0);
    if (!fits) return SetFault(Damaged());
    target.items.insert(target.items.end(), items.begin(), items.end());
  }

  // Below a mark, the stack belongs to whoever set the mark.
  std::size_t StackFloor() const { return marks_.empty() ? 0 : marks_.back(); }

  PickleValue& Top() {
    if (stack_.size() > StackFloor()) return *stack_.back();
    SetFault(Damaged());
    return nothing_ = PickleValue();
  }

  PickleValue& Pop() {
    PickleValue& top = Top();
    if (!fault_.has_value()) stack_.pop_back();
    return top;
  }

  std::vector<const PickleValue*> PopItems(std::size_t count) {
    if (stack_.size() - StackFloor() < count) {
      SetFault(Damaged());
      return {};
    }
    std::vector<const PickleValue*> items(stack_.end() - static_cast<std::ptrdiff_t>(count), stack_.end());
    stack_.resize(stack_.size() - count);
    return items;
  }

  std::vector<const PickleValue*> PopToMark() {
    if (marks_.empty()) {
      SetFault(Damaged());
      return {};
    }
    std::vector<const PickleValue*> items = PopItems(stack_.size() - marks_.back());
    marks_.pop_back();
    return items;
  }

  void Recall(std::uint64_t key) {
    const auto found = memo_.find(key);
    if (found == memo_.end()) return SetFault(Damaged());
    stack_.push_back(found->second);
  }

  std::span<const std::byte> TakeBytes(std::uint64_t length) {
    if (length > bytes_.size() - at_) {
      SetFault(Damaged());
      return {};
    }
    at_ += length;
    return bytes_.subspan(at_ - length, length);
  }

  template <typename T>
  T TakeNumber() {
    const std::span<const std::byte> bytes = TakeBytes(sizeof(T));
    return bytes.empty() ? T{} : LoadLittleEndian<T>(bytes, 0);
  }

  std::string TakeLine() {
    std::string line;
    while (line.size() <= kMaxNameBytes && !fault_.has_value()) {
      const char next = static_cast<char>(TakeNumber<std::uint8_t>());
      if (next == '\n') return line;
      line.push_back(next);
    }
    SetFault(Damaged());
    return {};
  }

  std::unexpected<Error> Damaged() const {
    return Fail(ErrorCode::kInvalidArgument, "The " + std::string(rules_.file) + "'s pickle is damaged at byte " +
                                                 std::to_string(at_) + ". Save or fetch the file again.");
  }

  // The first fault counts; what follows comes of it.
  void SetFault(std::unexpected<Error> fault) {
    if (!fault_.has_value()) fault_ = std::move(fault).error();
  }

  std::span<const std::byte> bytes_;
  const PickleRules& rules_;
  std::size_t at_ = 0;
  Pickle pickle_;
  std::vector<PickleValue*> stack_;
  std::vector<std::size_t> marks_;
  std::unordered_map<std::uint64_t, PickleValue*> memo_;
  std::size_t copies_ = 0;
  std::optional<Error> fault_;
  PickleValue nothing_;  // what Top gives when there is nothing
};

}  // namespace

const PickleValue* PickleValue::Find(std::string_view key) const {
  if (!Is(Kind::kDict)) return nullptr;
  const PickleValue* found = nullptr;
  for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
    if (items[i]->Is(Kind::kText) && items[i]->text == key) found = items[i + 1];
  }
  return found;
}

Result<Pickle> ReadPickle(std::span<const std::byte> bytes, const PickleRules& rules) {
  return Machine(bytes, rules).Run();
}

bool ReadIntegers(const PickleValue& value, std::vector<std::int64_t>& integers) {
  constexpr std::size_t kMaxAxes = 32;  // NumPy's bound until 2.0, and far above what a network has
  if (!value.Is(Kind::kTuple) && !value.Is(Kind::kList)) return false;
  if (value.items.size() > kMaxAxes) return false;
  integers.clear();
  for (const PickleValue* item : value.items) {
    if (!item->Is(Kind::kInt)) return false;
    integers.push_back(item->integer);
  }
  return true;
}

std::string Printable(std::string_view text) {
  constexpr std::size_t kMaxLength = 120;
  std::string printable(text.substr(0, kMaxLength));
  std::ranges::replace_if(printable, [](char c) { return c < ' ' || c > '~'; }, '?');
  return printable;
}

}  // namespace intelliclinix::nn
