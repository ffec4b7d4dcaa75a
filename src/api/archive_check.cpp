#include "api/archive_check.h"

#include <set>

#include "base/digits.h"
#include "base/hashing.h"

namespace intelliclinix::api {
namespace {

constexpr std::size_t kPieceBytes = 256 << 10;
/// How often its own size an archive may become, beside what may be large in any case.
constexpr std::uint64_t kMaxExpansion = 100;
constexpr std::uint64_t kAlwaysAllowedBytes = 1ULL << 30;

/// The fault of the reader's error; none where the file could not be read at all.
bool IsOfEntry(const Error& error) { return error.code == ErrorCode::kInvalidArgument; }

class Checker {
 public:
  Checker(const ZipReader& archive, const std::stop_token& stop)
      : archive_(archive), stop_(stop), piece_(kPieceBytes) {}

  Status Check(const ManifestFile& file) {
    const auto found = archive_.members().find(file.path);
    if (found == archive_.members().end()) {
      Add(file.path, EntryFault::kMissing, "manifest.json names it, and the archive does not have it.");
      return {};
    }
    if (found->second.bytes != file.bytes) {
      Add(file.path, EntryFault::kDiffers,
          "It has " + GroupDigits(found->second.bytes) + " bytes; manifest.json says " + GroupDigits(file.bytes) + ".");
      return {};
    }
    const Result<std::string> hash = Hash(file.path);
    if (!hash && !IsOfEntry(hash.error())) return std::unexpected(hash.error());
    if (!hash) {
      Add(file.path, EntryFault::kDamaged, hash.error().message);
    } else if (*hash != file.sha256) {
      Add(file.path, EntryFault::kDiffers, "Its SHA-256 is " + *hash + "; manifest.json says " + file.sha256 + ".");
    }
    return {};
  }

  void CheckExtra(const Manifest& manifest) {
    std::set<std::string_view> known = {kManifestName};
    for (const ManifestFile& file : manifest.files) known.insert(file.path);
    for (const auto& [name, member] : archive_.members()) {
      const bool is_folder = name.ends_with('/') && member.bytes == 0;
      if (known.contains(name) || is_folder) continue;
      Add(name, EntryFault::kExtra, "manifest.json does not know it.");
    }
  }

  ArchiveCheck Take() { return std::move(check_); }

 private:
  void Add(const std::string& entry, EntryFault fault, std::string detail) {
    check_.problems.push_back({entry, fault, std::move(detail)});
  }

  Result<std::string> Hash(const std::string& path) {
    IC_ASSIGN_OR_RETURN(const std::unique_ptr<ZipContent> content, archive_.OpenMember(path));
    Sha256 sum;
    while (true) {
      if (stop_.stop_requested()) return Fail(ErrorCode::kCancelled, "The check was stopped.");
      IC_ASSIGN_OR_RETURN(const std::size_t got, content->Read(piece_));
      if (got == 0) return sum.FinishHex();
      sum.Update(std::span(piece_).first(got));
      check_.bytes += got;
    }
  }

  const ZipReader& archive_;
  const std::stop_token& stop_;
  std::vector<std::byte> piece_;
  ArchiveCheck check_;
};

}  // namespace

std::string_view EntryFaultName(EntryFault fault) {
  switch (fault) {
    case EntryFault::kMissing:
      return "missing";
    case EntryFault::kExtra:
      return "extra";
    case EntryFault::kDiffers:
      return "differs";
    case EntryFault::kDamaged:
      return "damaged";
  }
  return "";
}

Status CheckExpansion(const ZipReader& archive, std::uint64_t archive_bytes) {
  const std::uint64_t limit = kAlwaysAllowedBytes + kMaxExpansion * archive_bytes;
  std::uint64_t room = limit;
  for (const auto& [name, member] : archive.members()) {
    if (member.bytes > room) {
      return Fail(ErrorCode::kTooLarge, "The archive has " + GroupDigits(archive_bytes) +
                                            " bytes and would become more than " + GroupDigits(limit) +
                                            " when read, as no archive of results does. It is not read.");
    }
    room -= member.bytes;
  }
  return {};
}

Result<ArchiveCheck> CheckArchive(const ZipReader& archive, const Manifest& manifest, const std::stop_token& stop) {
  Checker checker(archive, stop);
  for (const ManifestFile& file : manifest.files) IC_RETURN_IF_ERROR(checker.Check(file));
  checker.CheckExtra(manifest);
  return checker.Take();
}

}  // namespace intelliclinix::api
