#include "state/state_share.h"

#include <algorithm>
#include <map>

#include "state/key_codec.h"
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

// What of the files has not been dropped by a later section, in order.
struct LiveSection {
  size_t file;
  StateFileReader::Section section;
};
std::vector<LiveSection> LiveSections(const std::vector<std::unique_ptr<StateFileReader>>& files) {
  std::vector<LiveSection> live;
  std::map<int64_t, size_t> dropped_before;  // in sections counted from the first file
  size_t number = 0;
  for (const auto& file : files) {
    for (const auto& section : file->sections()) {
      if (section.kind == SectionKind::kDropped) dropped_before[section.slice] = number;
      ++number;
    }
  }
  number = 0;
  for (size_t f = 0; f < files.size(); ++f) {
    for (const auto& section : files[f]->sections()) {
      auto it = dropped_before.find(section.slice);
      const bool dropped = it != dropped_before.end() && number <= it->second;
      ++number;
      if (!dropped && section.kind == SectionKind::kChanges) live.push_back({f, section});
    }
  }
  return live;
}

Status LoadHandle(const CheckpointStorage& storage, const TableIdentity& table,
                  const KeyedStateHandle& handle, WriteBackTable& into) {
  const KeyGroupRange wanted = RangeOf(handle).Intersect(table.key_groups);
  std::vector<std::unique_ptr<StateFileReader>> files;
  std::vector<SlotReader> slots;
  for (const auto* list : {&handle.base(), &handle.delta()}) {
    for (const FileHandle& file : *list) {
      ASSIGN_OR_RETURN(std::unique_ptr<StateFileReader> reader,
                       OpenStateFile(storage, table, handle, file));
      ASSIGN_OR_RETURN(SlotReader slot_reader, SlotReaderFor(*reader, table));
      files.push_back(std::move(reader));
      slots.push_back(std::move(slot_reader));
    }
  }
  std::string payload;
  for (const LiveSection& live : LiveSections(files)) {
    if (!live.section.groups.Overlaps(wanted)) continue;
    StateFileReader& file = *files[live.file];
    RETURN_IF_ERROR(file.ReadPayload(live.section, payload));
    StateEntryCursor cursor(payload, slots[live.file]);
    StateEntry entry;
    while (cursor.Next(entry)) {
      const int32_t group = table.KeyGroup(entry.key);
      if (!wanted.Contains(group)) continue;
      Status s = entry.erased
                     ? into.LoadErased(live.section.slice, entry.key)
                     : into.LoadEntry(live.section.slice, entry.key, slots[live.file], entry.slot);
      if (!s.ok()) return std::move(s).Annotate("state file " + file.path());
    }
    if (cursor.damaged()) {
      return DataLossError("state file " + file.path() + " is damaged: an entry is none");
    }
  }
  return OkStatus();
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

Status LoadShare(const CheckpointStorage& storage, const TableIdentity& table,
                 const StateShare& share, WriteBackTable& into) {
  for (const KeyedStateHandle& handle : share) {
    Status s = LoadHandle(storage, table, handle, into);
    if (s.code() == StatusCode::kNotFound) return DataLossError(s.message());
    RETURN_IF_ERROR(s);
  }
  return OkStatus();
}

// ---- Writing

StatusOr<std::unique_ptr<ShareFileWriter>> ShareFileWriter::Make(CheckpointStorage& storage,
                                                                 CheckpointId id,
                                                                 const TableIdentity& table,
                                                                 bool base, uint64_t bytes) {
  auto out = std::make_unique<ShareFileWriter>();
  out->id_ = id.value();
  checkpoint::StateFileHeader header;
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
  header.set_uid(table.uid);
  header.set_table(table.table);
  header.set_checkpoint_id(id.value());
  header.set_max_parallelism(table.max_parallelism);
  header.set_first_key_group(static_cast<uint32_t>(table.key_groups.first));
  header.set_last_key_group(static_cast<uint32_t>(table.key_groups.last));
  header.set_base(base);
  SetFields(table.layout, header);
  out->writer_ = std::make_unique<StateFileWriter>(header, std::move(sink));
  return out;
}

StatusOr<FileHandle> ShareFileWriter::Finish() {
  RETURN_IF_ERROR(writer_->End());
  if (file_) return file_->Finish();
  FileHandle handle;
  handle.set_length(content_.size());
  handle.set_checksum(Xxh64::Hash(content_));
  handle.set_checkpoint_id(id_);
  handle.set_content(std::move(content_));
  return handle;
}

StatusOr<WrittenShare> WriteShare(CheckpointStorage& storage, CheckpointId id,
                                  const TableIdentity& table, const StateShare& share,
                                  const std::vector<std::shared_ptr<const StateRun>>& runs) {
  uint64_t bytes = 0;
  bool changed = false;
  for (const auto& run : runs) {
    for (const StateSection& section : *run) bytes += section.payload.size() + 64;
    changed |= !run->empty();
  }
  if (MustFold(share, bytes)) {
    StatusOr<WrittenShare> folded = FoldShare(storage, id, table, share, runs);
    // A newer checkpoint was completed, its forerunners' files are gone, and we have not heard yet:
    // this checkpoint fails, the next one will not.
    if (folded.status().code() == StatusCode::kNotFound) {
      return AbortedError(folded.status().message());
    }
    return folded;
  }
  WrittenShare out{share};
  if (out.share.empty()) {
    KeyedStateHandle& handle = out.share.emplace_back();
    handle.set_table(table.table);
    handle.set_first_key_group(static_cast<uint32_t>(table.key_groups.first));
    handle.set_last_key_group(static_cast<uint32_t>(table.key_groups.last));
  }
  if (!changed) return out;
  // What travels inside is sent again with each checkpoint: all of it together stays small.
  uint64_t inline_bytes = 0;
  for (const FileHandle& file : out.share[0].delta()) inline_bytes += file.content().size();
  ASSIGN_OR_RETURN(std::unique_ptr<ShareFileWriter> file,
                   ShareFileWriter::Make(storage, id, table, false, bytes + inline_bytes));
  for (const auto& run : runs) {
    for (const StateSection& section : *run) RETURN_IF_ERROR(file->Add(section));
  }
  ASSIGN_OR_RETURN(FileHandle written, file->Finish());
  out.written_bytes = written.length();
  for (KeyedStateHandle& handle : out.share) *handle.add_delta() = written;
  return out;
}

}  // namespace weir
