#include "nn/checkpoint.h"

#include <algorithm>
#include <array>
#include <optional>
#include <type_traits>

#include "base/zip_reader.h"
#include "nn/checkpoint_storage.h"
#include "nn/element_type.h"
#include "nn/pickle.h"

namespace intelliclinix::nn {
namespace {

using Kind = PickleValue::Kind;

constexpr auto kGlobals = std::to_array<std::string_view>({
    "collections.OrderedDict",
    "torch._utils._rebuild_tensor_v2",
    "torch._utils._rebuild_parameter",
    "torch.Size",
    "torch.FloatStorage",
    "torch.HalfStorage",
    "torch.BFloat16Storage",
    "torch.DoubleStorage",
    "torch.LongStorage",
    "torch.IntStorage",
    "torch.ShortStorage",
    "torch.CharStorage",
    "torch.ByteStorage",
    "torch.BoolStorage",
});
constexpr PickleRules kRules{.file = "checkpoint", .purpose = "a state dict", .globals = kGlobals};

std::unexpected<Error> BadTensor(const std::string& name, const std::string& what) {
  return Fail(ErrorCode::kInvalidArgument, "Tensor '" + name + "' of the checkpoint " + what + ".");
}

/// Where a tensor's elements lie in its storage.
struct Layout {
  std::int64_t offset = 0;
  std::vector<std::int64_t> shape;
  std::vector<std::int64_t> strides;
};

// The arguments of _rebuild_tensor_v2(storage, offset, shape, strides, requires_grad, hooks).
std::optional<Layout> LayoutOf(const std::vector<const PickleValue*>& arguments) {
  Layout layout;
  if (arguments.size() < 4 || !arguments[1]->Is(Kind::kInt)) return std::nullopt;
  layout.offset = arguments[1]->integer;
  if (!ReadIntegers(*arguments[2], layout.shape) || !ReadIntegers(*arguments[3], layout.strides)) return std::nullopt;
  if (layout.shape.size() != layout.strides.size()) return std::nullopt;
  if (std::ranges::any_of(layout.shape, [](std::int64_t side) { return side < 0; })) return std::nullopt;
  return layout;
}

// Whether every element of a tensor that has any lies inside a storage of `size` elements.
bool IsInside(const Layout& layout, std::size_t size) {
  std::int64_t last = layout.offset;
  if (last < 0) return false;
  for (std::size_t axis = 0; axis < layout.shape.size(); ++axis) {
    std::int64_t reach = 0;
    if (layout.strides[axis] < 0) return false;
    if (__builtin_mul_overflow(layout.shape[axis] - 1, layout.strides[axis], &reach)) return false;
    if (__builtin_add_overflow(last, reach, &last)) return false;
  }
  return static_cast<std::uint64_t>(last) < size;
}

// Whether the elements follow each other in C order, as those of nearly all checkpoints do.
bool IsDense(const Layout& layout) {
  std::int64_t stride = 1;
  for (std::size_t axis = layout.shape.size(); axis-- > 0;) {
    if (layout.strides[axis] != stride) return false;
    stride *= layout.shape[axis];
  }
  return true;
}

// Copies the elements in C order, counting the index up like a mileage meter.
void Gather(std::span<const float> storage, const Layout& layout, std::span<float> values) {
  if (!values.empty() && IsDense(layout)) {
    std::ranges::copy(storage.subspan(static_cast<std::size_t>(layout.offset), values.size()), values.begin());
    return;
  }
  std::vector<std::int64_t> index(layout.shape.size(), 0);
  std::int64_t at = layout.offset;
  for (float& value : values) {
    value = storage[static_cast<std::size_t>(at)];
    for (std::size_t axis = index.size(); axis-- > 0;) {
      if (++index[axis] < layout.shape[axis]) {
        at += layout.strides[axis];
        break;
      }
      // Only ever within the storage: a side of 1 may have any stride.
      at -= layout.strides[axis] * (layout.shape[axis] - 1);
      index[axis] = 0;
    }
  }
}

Status CheckFinite(const std::string& name, const Tensor& tensor) {
  if (AllFinite(tensor.values)) return {};
  return BadTensor(name, "holds infinite or undefined numbers; its training failed. Choose another checkpoint");
}

/// A tensor whose numbers are still to be read: all of those of a storage.
struct WholeTensor {
  std::string name;
  StorageId storage;
};

/// Builds the tensors that a state dict names, from the storages beside it.
class TensorBuilder {
 public:
  TensorBuilder(StorageReader& storages, const CheckpointLimits& limits)
      : storages_(storages), bytes_left_(limits.max_bytes) {}

  /// Tensors whose numbers Build left out.
  const std::vector<WholeTensor>& left() const { return left_; }

  /// Nothing for a value that is no tensor of floating-point numbers. `name` is for messages. A tensor that is all of
  /// its storage has its shape alone; see left.
  Result<std::optional<Tensor>> Build(const std::string& name, const PickleValue& value) {
    const PickleValue* tensor = &value;
    if (tensor->IsCallOf("torch._utils._rebuild_parameter") && !tensor->items.empty()) tensor = tensor->items.front();
    if (!tensor->IsCallOf("torch._utils._rebuild_tensor_v2")) return std::nullopt;
    const std::optional<Layout> layout = LayoutOf(tensor->items);
    if (!layout.has_value()) return BadTensor(name, "has no readable shape");
    const std::optional<StorageId> storage = ReadStorageId(*tensor->items.front());
    if (!storage.has_value()) return BadTensor(name, "has no storage of a known type");
    if (!storage->IsFloat()) return std::nullopt;
    return Read(name, *layout, *storage);
  }

 private:
  Result<std::optional<Tensor>> Read(const std::string& name, const Layout& layout, const StorageId& id) {
    const std::optional<std::uint64_t> count = CountElements(layout.shape, bytes_left_ / sizeof(float));
    if (!count.has_value()) {
      return Fail(ErrorCode::kTooLarge, "The checkpoint's tensors are too large, at tensor '" + name + "'.");
    }
    bytes_left_ -= *count * sizeof(float);
    Tensor tensor{.shape = layout.shape, .values = {}};
    if (*count > 0 && *count == id.count && layout.offset == 0 && IsDense(layout)) {
      left_.push_back({name, id});
      return tensor;
    }
    IC_ASSIGN_OR_RETURN(std::span<const float> storage, storages_.Read(id));
    if (*count > 0 && !IsInside(layout, storage.size())) return BadTensor(name, "reaches beyond its storage");
    tensor.values.resize(*count);
    Gather(storage, layout, tensor.values);
    IC_RETURN_IF_ERROR(CheckFinite(name, tensor));
    return tensor;
  }

  StorageReader& storages_;
  std::uint64_t bytes_left_;
  std::vector<WholeTensor> left_;
};

/// Reads the numbers of `tensors`, which are nearly all of a checkpoint. Errors: that of the first one that has one.
Status ReadWholeTensors(const std::vector<WholeTensor>& tensors, StorageReader& storages, ComputePool* pool,
                        StateDict& state) {
  std::vector<Status> outcomes(tensors.size());
  ForEachOn(pool, tensors.size(), [&](std::size_t i) {
    Tensor& tensor = state.find(tensors[i].name)->second;
    outcomes[i] = [&]() -> Status {
      IC_ASSIGN_OR_RETURN(tensor.values, storages.ReadWhole(tensors[i].storage));
      return CheckFinite(tensors[i].name, tensor);
    }();
  });
  for (const Status& outcome : outcomes) IC_RETURN_IF_ERROR(outcome);
  return {};
}

std::string_view KindName(Kind kind) {
  switch (kind) {
    case Kind::kList:
    case Kind::kTuple:
      return "a list";
    case Kind::kCall:
      return "a single tensor";
    case Kind::kText:
      return "text";
    default:
      return "a single value";
  }
}

// A model wrapped in DataParallel for training has this before the name of every tensor.
std::string WithoutPrefix(std::string_view name) {
  constexpr std::string_view kPrefix = "module.";
  if (name.starts_with(kPrefix)) name.remove_prefix(kPrefix.size());
  return std::string(name);
}

Result<StateDict> BuildStateDict(const PickleValue& root, StorageReader& storages, const CheckpointLimits& limits,
                                 ComputePool* pool) {
  if (!root.Is(Kind::kDict)) {
    return Fail(ErrorCode::kInvalidArgument, "The checkpoint holds " + std::string(KindName(root.kind)) +
                                                 " instead of a state dict. Save model.state_dict().");
  }
  if (root.items.size() / 2 > limits.max_tensors) {
    return Fail(ErrorCode::kTooLarge,
                "The checkpoint has more than " + std::to_string(limits.max_tensors) + " tensors.");
  }
  TensorBuilder builder(storages, limits);
  StateDict state;
  for (std::size_t i = 0; i + 1 < root.items.size(); i += 2) {
    const std::string name = WithoutPrefix(Printable(root.items[i]->text));
    IC_ASSIGN_OR_RETURN(std::optional<Tensor> tensor, builder.Build(name, *root.items[i + 1]));
    if (!tensor.has_value()) continue;
    if (!state.emplace(name, *std::move(tensor)).second) return BadTensor(name, "stands there twice");
  }
  IC_RETURN_IF_ERROR(ReadWholeTensors(builder.left(), storages, pool, state));
  if (state.empty()) {
    return Fail(ErrorCode::kInvalidArgument,
                "The checkpoint holds a dict without tensors. Save model.state_dict() itself.");
  }
  return state;
}

Result<std::vector<std::string>> NamesOf(const PickleValue& root) {
  std::vector<std::string> names;
  if (!root.Is(Kind::kDict)) return names;
  for (std::size_t i = 0; i + 1 < root.items.size(); i += 2) {
    names.push_back(WithoutPrefix(Printable(root.items[i]->text)));
  }
  return names;
}

/// use(root, storages) on what a checkpoint holds.
template <typename Use>
using Outcome = std::invoke_result_t<Use, const PickleValue&, StorageReader&>;

template <typename Use>
Outcome<Use> OnZip(ByteSource& file, const CheckpointLimits& limits, const Use& use) {
  IC_ASSIGN_OR_RETURN(ZipReader archive, ZipReader::Open(file));
  constexpr std::string_view kPickleName = "/data.pkl";
  const auto found =
      std::ranges::find_if(archive.members(), [&](const auto& entry) { return entry.first.ends_with(kPickleName); });
  if (found == archive.members().end()) {
    return Fail(ErrorCode::kInvalidArgument, "The file is a ZIP archive, but not a PyTorch checkpoint.");
  }
  const std::string folder = found->first.substr(0, found->first.size() - kPickleName.size());
  if (const auto order = archive.members().find(folder + "/byteorder"); order != archive.members().end()) {
    IC_ASSIGN_OR_RETURN(auto name, archive.Read(order->first, 16));
    if (!std::ranges::equal(name, AsBytes("little"))) {
      return Fail(ErrorCode::kInvalidArgument, "The checkpoint is big-endian. Save it again on another machine.");
    }
  }
  IC_ASSIGN_OR_RETURN(auto bytes, archive.Read(found->first, limits.max_pickle_bytes));
  IC_ASSIGN_OR_RETURN(Pickle pickle, ReadPickle(bytes, kRules));
  ZipStorageReader storages(archive, folder, limits.max_bytes);
  return use(*pickle.root, storages);
}

// torch.save before 1.6: pickles of a magic number, a version, the system, the object and the keys of its storages,
// then the storages themselves.
template <typename Use>
Outcome<Use> OnLegacy(ByteSource& file, const CheckpointLimits& limits, const Use& use) {
  IC_ASSIGN_OR_RETURN(auto start, ReadExactly(file, 0, std::min<std::uint64_t>(file.size(), limits.max_pickle_bytes)));
  std::span<const std::byte> rest = start;
  std::array<Pickle, 5> pickles;
  for (Pickle& pickle : pickles) {
    IC_ASSIGN_OR_RETURN(pickle, ReadPickle(rest, kRules));
    rest = rest.subspan(pickle.bytes);
    constexpr std::string_view kMagic = "\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";
    if (&pickle == &pickles.front() && (!pickle.root->Is(Kind::kLong) || pickle.root->text != kMagic)) {
      return Fail(ErrorCode::kInvalidArgument, "The file is a Python pickle, but not a PyTorch checkpoint.");
    }
  }
  const PickleValue& root = *pickles[3].root;
  LegacyStorageReader storages(file, limits.max_bytes);
  IC_RETURN_IF_ERROR(storages.Locate(start.size() - rest.size(), pickles[3], *pickles[4].root));
  return use(root, storages);
}

template <typename Use>
Outcome<Use> OnCheckpoint(ByteSource& file, const CheckpointLimits& limits, const Use& use) {
  if (file.size() > limits.max_bytes) {
    return Fail(ErrorCode::kTooLarge, "The checkpoint is larger than " + std::to_string(limits.max_bytes) + " bytes.");
  }
  IC_ASSIGN_OR_RETURN(bool is_zip, ZipReader::LooksLikeZip(file));
  if (is_zip) return OnZip(file, limits, use);
  std::byte first{0};
  IC_RETURN_IF_ERROR(file.ReadAt(0, {&first, 1}));
  constexpr std::byte kPickleStart{0x80};
  if (first == kPickleStart) return OnLegacy(file, limits, use);
  return Fail(ErrorCode::kInvalidArgument,
              "The file is not a PyTorch checkpoint: it is neither a ZIP archive nor a pickle.");
}

}  // namespace

Result<StateDict> ReadCheckpoint(ByteSource& file, const CheckpointLimits& limits, ComputePool* pool) {
  return OnCheckpoint(file, limits, [&](const PickleValue& root, StorageReader& storages) {
    return BuildStateDict(root, storages, limits, pool);
  });
}

Result<std::vector<std::string>> ListTensors(ByteSource& file, const CheckpointLimits& limits) {
  return OnCheckpoint(file, limits, [](const PickleValue& root, StorageReader&) { return NamesOf(root); });
}

}  // namespace intelliclinix::nn
