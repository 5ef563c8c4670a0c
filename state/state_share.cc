#include "state/state_share.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <set>
#include <utility>

#include "state/share_files.h"
#include "state/xxh64.h"

namespace weir {
namespace {

using checkpoint::FileHandle;
using checkpoint::KeyedStateHandle;

// Deltas are folded when there are this many ...
constexpr int kMaxDeltas = 16;
// ... or at least this many and they exceed the base: what is rewritten was mostly changed.
constexpr int kMinDeltas = 4;

KeyGroupRange RangeOf(const KeyedStateHandle& handle) {
  return {static_cast<int32_t>(handle.first_key_group()),
          static_cast<int32_t>(handle.last_key_group())};
}

std::string Text(KeyGroupRange range) {
  return std::to_string(range.first) + " to " + std::to_string(range.last);
}

bool IsForeign(const FileHandle& file) { return file.path().starts_with("/"); }

bool MustFold(const StateShare& share, uint64_t new_bytes) {
  for (const KeyedStateHandle& handle : share) {
    uint64_t base = 0, deltas = new_bytes;
    for (const FileHandle& file : handle.base()) {
      if (IsForeign(file)) return true;
      base += file.length();
    }
    for (const FileHandle& file : handle.delta()) {
      if (IsForeign(file)) return true;
      deltas += file.length();
    }
    if (new_bytes == 0) continue;
    const int count = handle.delta_size() + 1;
    if (count >= kMaxDeltas || (count >= kMinDeltas && deltas > base)) return true;
  }
  return false;
}

}  // namespace

uint64_t BytesOf(const StateShare& share) {
  std::map<std::string, uint64_t> files;  // one file may be in several handles
  uint64_t bytes = 0;
  for (const KeyedStateHandle& handle : share) {
    for (const auto* list : {&handle.base(), &handle.delta()}) {
      for (const FileHandle& file : *list) {
        if (file.path().empty()) {
          bytes += file.content().size();
        } else {
          files[file.path()] = file.length();
        }
      }
    }
  }
  for (const auto& [path, length] : files) bytes += length;
  return bytes;
}

StatusOr<StateShare> SelectShare(const TableIdentity& table,
                                 const std::vector<KeyedStateHandle>& handles) {
  StateShare share;
  for (const KeyedStateHandle& handle : handles) {
    if (handle.table() != table.table || !RangeOf(handle).Overlaps(table.key_groups)) continue;
    share.push_back(handle);
    const KeyGroupRange range = RangeOf(handle).Intersect(table.key_groups);
    share.back().set_first_key_group(static_cast<uint32_t>(range.first));
    share.back().set_last_key_group(static_cast<uint32_t>(range.last));
  }
  if (share.empty()) return share;  // a new table, or an operator that had none
  std::sort(share.begin(), share.end(),
            [](const auto& a, const auto& b) { return a.first_key_group() < b.first_key_group(); });
  int32_t next = table.key_groups.first;
  for (const KeyedStateHandle& handle : share) {
    if (RangeOf(handle).first != next) {
      return DataLossError(table.Name() + ": key group " +
                           std::to_string(std::min(next, RangeOf(handle).first)) +
                           (RangeOf(handle).first > next ? " is in no part" : " is in two parts") +
                           " of the checkpoint");
    }
    next = RangeOf(handle).last + 1;
  }
  if (next != table.key_groups.last + 1) {
    return DataLossError(table.Name() + ": key group " + std::to_string(next) +
                         " is in no part of the checkpoint");
  }
  return share;
}

StatusOr<std::unique_ptr<StateFileReader>> OpenStateFile(const CheckpointStorage& storage,
                                                         const TableIdentity& table,
                                                         const KeyedStateHandle& handle,
                                                         const FileHandle& file) {
  std::unique_ptr<ReadableFile> bytes;
  std::string path = file.path();
  if (path.empty()) {
    path = "(inside checkpoint " + std::to_string(file.checkpoint_id()) + ": " + table.Name() +
           ", key groups " + Text(RangeOf(handle)) + ")";
    if (file.content().size() != file.length() || Xxh64::Hash(file.content()) != file.checksum()) {
      return DataLossError("state file " + path + " is damaged: its checksum does not match");
    }
    bytes = MakeStringFile(file.content());
  } else {
    ASSIGN_OR_RETURN(bytes, storage.OpenFile(file));
    if (!IsForeign(file)) path = storage.job_dir() + "/" + path;
  }
  ASSIGN_OR_RETURN(std::unique_ptr<StateFileReader> reader,
                   StateFileReader::Open(std::move(bytes), path));
  const checkpoint::StateFileHeader& header = reader->header();
  const auto refuse = [&](const std::string& why) {
    return DataLossError("state file " + path + " is not what the checkpoint wrote: " + why);
  };
  if (header.name() != file.path().substr(file.path().rfind('/') + 1)) {
    return refuse("it was written as " + (header.name().empty() ? "a part" : header.name()));
  }
  if (header.uid() != table.uid || header.table() != table.table) {
    return refuse("it is of table " + header.table() + " of operator " + header.uid() + ", not " +
                  table.Name());
  }
  if (header.max_parallelism() != table.max_parallelism) {
    return refuse("it has " + std::to_string(header.max_parallelism()) + " key groups, the job " +
                  std::to_string(table.max_parallelism));
  }
  if (header.first_key_group() > handle.first_key_group() ||
      header.last_key_group() < handle.last_key_group()) {
    return refuse("it does not cover key groups " + Text(RangeOf(handle)));
  }
  return reader;
}

StatusOr<SlotReader> SlotReaderFor(const StateFileReader& file, const TableIdentity& table) {
  StatusOr<SlotReader> reader = SlotReader::Make(GetFields(file.header()), table.layout);
  if (!reader.ok()) {
    return Status(reader.status()).Annotate("state of " + table.Name() + ", file " + file.path());
  }
  return reader;
}

// ---- Writing

namespace {

checkpoint::StateFileHeader HeaderOf(const TableIdentity& table) {
  checkpoint::StateFileHeader header;
  header.set_uid(table.uid);
  header.set_table(table.table);
  header.set_max_parallelism(table.max_parallelism);
  header.set_first_key_group(static_cast<uint32_t>(table.key_groups.first));
  header.set_last_key_group(static_cast<uint32_t>(table.key_groups.last));
  SetFields(table.layout, header);
  return header;
}

// A state file: into the handle if `bytes`, an upper bound of its size, is small.
class ShareFileWriter {
 public:
  static StatusOr<std::unique_ptr<ShareFileWriter>> Make(CheckpointStorage& storage,
                                                         CheckpointId id,
                                                         const TableIdentity& table, bool base,
                                                         uint64_t bytes) {
    auto out = std::make_unique<ShareFileWriter>();
    out->id_ = id.value();
    checkpoint::StateFileHeader header = HeaderOf(table);
    StateFileWriter::Sink sink;
    if (bytes > storage.inline_bytes()) {
      ASSIGN_OR_RETURN(out->file_, storage.CreateFile(id));
      header.set_name(out->file_->name());
      sink = [file = out->file_.get()](std::string_view b) { return file->Append(b); };
    } else {
      sink = [content = &out->content_](std::string_view b) {
        content->append(b);
        return OkStatus();
      };
    }
    header.set_checkpoint_id(id.value());
    header.set_base(base);
    out->writer_ = std::make_unique<StateFileWriter>(header, std::move(sink));
    return out;
  }

  StateFileWriter& entries() { return *writer_; }
  StatusOr<FileHandle> Finish() {
    RETURN_IF_ERROR(writer_->End());
    if (file_) return file_->Finish();
    FileHandle handle;
    handle.set_length(content_.size());
    handle.set_checksum(Xxh64::Hash(content_));
    handle.set_checkpoint_id(id_);
    handle.set_content(std::move(content_));
    return handle;
  }

 private:
  std::unique_ptr<CheckpointFileWriter> file_;  // null: inline
  std::string content_;
  int64_t id_ = 0;
  std::unique_ptr<StateFileWriter> writer_;
};

// What runs say about each slice.
struct SliceChanges {
  struct Source {
    const StateSection* section;  // or, if null, of a spilled file
    ShareFiles::Part part;
  };
  bool dropped = false;         // before the sources
  std::vector<Source> sources;  // oldest first
};

class Changes {
 public:
  Changes(const TableIdentity& table, const std::vector<std::shared_ptr<const StateRun>>& runs)
      : table_(table), slots_(SlotReader::Of(table.layout)), spilled_(table) {
    for (const auto& run : runs) {
      for (const auto& file : run->spilled) AddFile(file);
      AddSections(run->sections);
    }
  }
  Changes(const TableIdentity& table, const std::vector<StateSection>& sections)
      : table_(table), slots_(SlotReader::Of(table.layout)), spilled_(table) {
    AddSections(sections);
  }

  const std::map<int64_t, SliceChanges>& slices() const { return slices_; }
  // The slice's entries: those of `files`, unless it was dropped, and above them what changed.
  // `files` may be null.
  StatusOr<std::unique_ptr<SortedMerge>> Merge(int64_t slice, const ShareFiles* files) const;

 private:
  SliceChanges& Dropped(int64_t slice) {
    SliceChanges& changes = slices_[slice];
    changes.dropped = true;
    changes.sources.clear();
    return changes;
  }
  void AddFile(const std::shared_ptr<const StateFileReader>& file) {
    for (int64_t slice : file->dropped()) Dropped(slice);
    StatusOr<size_t> number = spilled_.Add(file, table_.key_groups);
    CHECK(number.ok()) << number.status();
    for (const auto& [slice, parts] : spilled_.slices()) {
      if (parts.back().file == *number) slices_[slice].sources.push_back({nullptr, parts.back()});
    }
  }
  void AddSections(const std::vector<StateSection>& sections) {
    for (const StateSection& section : sections) {
      if (section.dropped) {
        Dropped(section.slice);
      } else {
        slices_[section.slice].sources.push_back({&section, {}});
      }
    }
  }
  SortedMerge::Blocks SequenceOf(const SliceChanges::Source& source) const;

  const TableIdentity& table_;
  const SlotReader slots_;
  ShareFiles spilled_;
  std::map<int64_t, SliceChanges> slices_;
};

SortedMerge::Blocks BlocksOf(const ShareFiles& files, const ShareFiles::Part& part) {
  return files.Sequence(
      part, SortedMerge::Order::kUp, nullptr,
      [&files](size_t file, size_t number) { return files.ReadBlock(file, number); });
}

SortedMerge::Blocks Changes::SequenceOf(const SliceChanges::Source& source) const {
  if (source.section == nullptr) return BlocksOf(spilled_, source.part);
  std::shared_ptr<const EntryBlock> block = EntryBlock::Sorted(
      source.section->slice, source.section->payload, slots_, table_.placement());
  CHECK(block) << "a run with an entry that is none";
  return [block]() mutable -> StatusOr<std::shared_ptr<const EntryBlock>> {
    return std::exchange(block, nullptr);
  };
}

StatusOr<std::unique_ptr<SortedMerge>> Changes::Merge(int64_t slice,
                                                      const ShareFiles* files) const {
  static const SliceChanges kNone;
  auto it = slices_.find(slice);
  const SliceChanges& changes = it == slices_.end() ? kNone : it->second;
  auto merge = std::make_unique<SortedMerge>(SortedMerge::Order::kUp);
  if (files != nullptr && !changes.dropped && files->slices().contains(slice)) {
    for (const ShareFiles::Part& part : files->slices().at(slice)) {
      RETURN_IF_ERROR(merge->Add(BlocksOf(*files, part), part.groups));
    }
  }
  for (const SliceChanges::Source& source : changes.sources) {
    RETURN_IF_ERROR(merge->Add(SequenceOf(source), table_.key_groups));
  }
  return merge;
}

bool IsDead(const TableIdentity& table, std::string_view slot, Timestamp now) {
  Timestamp stamp = 0;
  if (table.time_to_live.ms == 0 || slot.size() < sizeof(stamp)) return false;
  std::memcpy(&stamp, slot.data() + slot.size() - sizeof(stamp), sizeof(stamp));
  return table.time_to_live.IsOver(stamp, now);
}

// The changes, above `files` if that is not null: then all there is of the table.
Status WriteEntries(const TableIdentity& table, const Changes& changes, const ShareFiles* files,
                    Timestamp now, StateFileWriter& out) {
  std::set<int64_t> slices;
  for (const auto& [slice, of_it] : changes.slices()) {
    slices.insert(slice);
    if (of_it.dropped && files == nullptr) out.Drop(slice);
  }
  if (files != nullptr) {
    for (const auto& [slice, parts] : files->slices()) slices.insert(slice);
  }
  for (int64_t slice : slices) {
    ASSIGN_OR_RETURN(std::unique_ptr<SortedMerge> merge, changes.Merge(slice, files));
    while (true) {
      ASSIGN_OR_RETURN(const StateEntry* entry, merge->Next());
      if (entry == nullptr) break;
      // Nothing older is below.
      if (files != nullptr && (entry->erased || IsDead(table, entry->slot, now))) continue;
      RETURN_IF_ERROR(out.Add(*entry));
    }
  }
  return OkStatus();
}

StatusOr<FileHandle> WriteFile(CheckpointStorage& storage, CheckpointId id,
                               const TableIdentity& table, const ShareFiles* files,
                               const Changes& changes, Timestamp now, uint64_t bytes) {
  ASSIGN_OR_RETURN(std::unique_ptr<ShareFileWriter> file,
                   ShareFileWriter::Make(storage, id, table, files != nullptr, bytes));
  RETURN_IF_ERROR(WriteEntries(table, changes, files, now, file->entries()));
  return file->Finish();
}

KeyedStateHandle WholeRange(const TableIdentity& table) {
  KeyedStateHandle handle;
  handle.set_table(table.table);
  handle.set_first_key_group(static_cast<uint32_t>(table.key_groups.first));
  handle.set_last_key_group(static_cast<uint32_t>(table.key_groups.last));
  return handle;
}

}  // namespace

uint64_t StateRun::memory_bytes() const {
  uint64_t bytes = 0;
  for (const StateSection& section : sections) bytes += section.payload.size() + sizeof(section);
  return bytes;
}

StatusOr<std::shared_ptr<const StateFileReader>> SpillSections(
    ScratchFile& scratch, const TableIdentity& table, const std::vector<StateSection>& sections) {
  const uint64_t begin = scratch.size();
  StateFileWriter writer(HeaderOf(table),
                         [&](std::string_view bytes) { return scratch.Append(bytes); });
  RETURN_IF_ERROR(WriteEntries(table, Changes(table, sections), nullptr, 0, writer));
  RETURN_IF_ERROR(writer.End());
  ASSIGN_OR_RETURN(std::shared_ptr<const StateFileReader> file,
                   StateFileReader::Open(scratch.View(begin, scratch.size() - begin),
                                         "of changes of " + table.Name()));
  return file;
}

StatusOr<WrittenShare> WriteShare(CheckpointStorage& storage, CheckpointId id,
                                  const TableIdentity& table, const StateShare& share,
                                  const std::vector<std::shared_ptr<const StateRun>>& runs,
                                  Timestamp now) {
  uint64_t bytes = 0;
  bool changed = false;
  for (const auto& run : runs) {
    bytes += run->memory_bytes() * 9 / 8;
    for (const auto& file : run->spilled) bytes += file->bytes();
    changed |= !run->empty();
  }
  const Changes changes(table, runs);
  if (MustFold(share, bytes)) {
    StatusOr<std::unique_ptr<ShareFiles>> files = ShareFiles::Open(storage, table, share);
    // A newer checkpoint was completed, its forerunners' files are gone, and we have not heard yet:
    // this checkpoint fails, the next one will not.
    if (files.status().code() == StatusCode::kNotFound) {
      return AbortedError(files.status().message());
    }
    RETURN_IF_ERROR(files.status());
    WrittenShare out{{WholeRange(table)}};
    ASSIGN_OR_RETURN(*out.share[0].add_base(), WriteFile(storage, id, table, files->get(), changes,
                                                         now, bytes + BytesOf(share)));
    out.written_bytes = out.share[0].base(0).length();
    out.file = out.share[0].base(0).path();
    return out;
  }
  WrittenShare out{share};
  if (out.share.empty()) out.share.push_back(WholeRange(table));
  if (!changed) return out;
  // What travels inside is sent again with each checkpoint: all of it together stays small.
  uint64_t inline_bytes = 0;
  for (const FileHandle& file : out.share[0].delta()) inline_bytes += file.content().size();
  ASSIGN_OR_RETURN(FileHandle written,
                   WriteFile(storage, id, table, nullptr, changes, now, bytes + inline_bytes));
  out.written_bytes = written.length();
  out.file = written.path();
  for (KeyedStateHandle& handle : out.share) *handle.add_delta() = written;
  return out;
}

}  // namespace weir
