#include <algorithm>
#include <deque>
#include <map>
#include <tuple>

#include "state/key_codec.h"
#include "state/state_share.h"

// Folding: base files and deltas become one base, without touching a live table. A base is sorted
// by (slice, key group, key), so each is one sorted source; the deltas of a handle are sorted in
// memory and are another. The sources are merged; of equal keys the newest source wins.

namespace weir {
namespace {

using checkpoint::FileHandle;
using checkpoint::KeyedStateHandle;

struct Record {
  int64_t slice = 0;
  int32_t group = 0;
  std::string_view key;
  bool erased = false;
  std::string_view slot;  // encoded with the table's present fields

  auto Place() const { return std::tie(slice, group, key); }
};

// Makes slots that were written with other fields into slots of the table's.
class Translator : public SlotArena {
 public:
  Translator(SlotReader reader, const SlotWriter& writer)
      : reader_(std::move(reader)), writer_(&writer) {}
  const SlotReader& reader() const { return reader_; }
  bool needed() const { return !reader_.same(); }
  std::string Translate(std::string_view slot) {
    std::string zeroed(writer_->layout().width(), '\0');
    CHECK(reader_.Read(slot, {zeroed.data(), this})) << "an entry that was skipped before";
    std::string out;
    writer_->Append(zeroed.data(), out);
    arena_ = ByteArena();
    return out;
  }
  const char* Store(std::string_view bytes) override { return arena_.Store(bytes); }

 private:
  SlotReader reader_;
  const SlotWriter* writer_;
  ByteArena arena_;
};

class SortedSource {
 public:
  virtual ~SortedSource() = default;
  // The next record, valid until the next call; null at the end.
  virtual StatusOr<const Record*> Next() = 0;
};

// A base file, section by section.
class BaseSource : public SortedSource {
 public:
  // `drops`: slices that a later file dropped.
  BaseSource(std::unique_ptr<StateFileReader> file, Translator translator, KeyGroupRange wanted,
             const TableIdentity& table, const std::map<int64_t, size_t>& drops)
      : file_(std::move(file)),
        translator_(std::move(translator)),
        wanted_(wanted),
        table_(table),
        drops_(drops),
        cursor_({}, translator_.reader()) {}

  StatusOr<const Record*> Next() override {
    StateEntry entry;
    for (;;) {
      while (!cursor_.Next(entry)) {
        if (cursor_.damaged()) {
          return DataLossError("state file " + file_->path() + " is damaged: an entry is none");
        }
        const auto* section = NextSection();
        if (section == nullptr) return nullptr;
        RETURN_IF_ERROR(file_->ReadPayload(*section, payload_));
        record_.slice = section->slice;
        cursor_ = StateEntryCursor(payload_, translator_.reader());
      }
      record_.group = table_.KeyGroup(entry.key);
      if (!wanted_.Contains(record_.group)) continue;
      record_.key = entry.key;
      record_.erased = entry.erased;
      record_.slot = entry.slot;
      if (translator_.needed() && !entry.erased) {
        translated_ = translator_.Translate(entry.slot);
        record_.slot = translated_;
      }
      return &record_;
    }
  }

 private:
  const StateFileReader::Section* NextSection() {
    while (next_ < file_->sections().size()) {
      const auto& section = file_->sections()[next_++];
      if (section.kind == SectionKind::kChanges && section.groups.Overlaps(wanted_) &&
          drops_.count(section.slice) == 0) {
        return &section;
      }
    }
    return nullptr;
  }

  std::unique_ptr<StateFileReader> file_;
  Translator translator_;
  KeyGroupRange wanted_;
  const TableIdentity& table_;
  std::map<int64_t, size_t> drops_;
  size_t next_ = 0;
  std::string payload_;
  StateEntryCursor cursor_;
  std::string translated_;
  Record record_;
};

// Everything newer than the base, in memory.
class DeltaSource : public SortedSource {
 public:
  DeltaSource(KeyGroupRange wanted, const TableIdentity& table) : wanted_(wanted), table_(table) {}

  Status AddFile(StateFileReader& file, Translator& translator) {
    for (const auto& section : file.sections()) {
      if (section.kind == SectionKind::kDropped) {
        Drop(section.slice);
        continue;
      }
      if (!section.groups.Overlaps(wanted_)) continue;
      std::string& payload = payloads_.emplace_back();
      RETURN_IF_ERROR(file.ReadPayload(section, payload));
      if (!Add(section.slice, payload, translator)) {
        return DataLossError("state file " + file.path() + " is damaged: an entry is none");
      }
    }
    return OkStatus();
  }

  void AddRun(const StateRun& run, Translator& translator) {
    for (const StateSection& section : run) {
      if (section.kind == SectionKind::kDropped) {
        Drop(section.slice);
      } else {
        CHECK(Add(section.slice, section.payload, translator))
            << "a run with an entry that is none";
      }
    }
  }

  // Slices that were dropped: what the base has of them is gone.
  const std::map<int64_t, size_t>& drops() const { return drops_; }

  // Sorts, and keeps the last of each key.
  void Close() {
    std::erase_if(records_, [&](const Numbered& r) {
      auto it = drops_.find(r.record.slice);
      return it != drops_.end() && r.number < it->second;
    });
    std::sort(records_.begin(), records_.end(), [](const Numbered& a, const Numbered& b) {
      return a.record.Place() != b.record.Place() ? a.record.Place() < b.record.Place()
                                                  : a.number > b.number;
    });
    records_.erase(std::unique(records_.begin(), records_.end(),
                               [](const Numbered& a, const Numbered& b) {
                                 return a.record.Place() == b.record.Place();
                               }),
                   records_.end());
  }

  StatusOr<const Record*> Next() override {
    return next_ < records_.size() ? &records_[next_++].record : nullptr;
  }

 private:
  struct Numbered {
    Record record;
    size_t number;
  };

  void Drop(int64_t slice) { drops_[slice] = count_; }

  // The bytes of `payload` must stay.
  bool Add(int64_t slice, std::string_view payload, Translator& translator) {
    StateEntryCursor cursor(payload, translator.reader());
    StateEntry entry;
    while (cursor.Next(entry)) {
      const int32_t group = table_.KeyGroup(entry.key);
      if (!wanted_.Contains(group)) continue;
      Record record{slice, group, entry.key, entry.erased, entry.slot};
      if (translator.needed() && !entry.erased) {
        record.slot = payloads_.emplace_back(translator.Translate(entry.slot));
      }
      records_.push_back({record, count_++});
    }
    return !cursor.damaged();
  }

  KeyGroupRange wanted_;
  const TableIdentity& table_;
  std::deque<std::string> payloads_;  // never move
  std::vector<Numbered> records_;
  std::map<int64_t, size_t> drops_;
  size_t count_ = 0;
  size_t next_ = 0;
};

// Collects sorted records into sections.
class BaseWriter {
 public:
  explicit BaseWriter(ShareFileWriter& file) : file_(file) {}
  Status Add(const Record& record) {
    if (!section_.payload.empty() &&
        (section_.slice != record.slice || section_.payload.size() >= kSectionBytes)) {
      RETURN_IF_ERROR(Flush());
    }
    if (section_.payload.empty()) {
      section_.slice = record.slice;
      section_.groups.first = record.group;
    }
    section_.groups.last = record.group;
    AppendKey(record.key, section_.payload);
    section_.payload += record.slot;
    return OkStatus();
  }
  Status Flush() {
    if (section_.payload.empty()) return OkStatus();
    RETURN_IF_ERROR(file_.Add(section_));
    section_.payload.clear();
    return OkStatus();
  }

 private:
  ShareFileWriter& file_;
  StateSection section_;
};

// Sources are oldest first; keys of different handles never meet.
Status Merge(const std::vector<std::unique_ptr<SortedSource>>& sources, BaseWriter& out) {
  std::vector<const Record*> heads;
  for (const auto& source : sources) {
    ASSIGN_OR_RETURN(heads.emplace_back(), source->Next());
  }
  for (;;) {
    const Record* first = nullptr;
    for (const Record* head : heads) {
      // Of equal ones the last.
      if (head != nullptr && (first == nullptr || head->Place() <= first->Place())) first = head;
    }
    if (first == nullptr) return out.Flush();
    if (!first->erased) RETURN_IF_ERROR(out.Add(*first));
    // Copied: the source that holds it moves on as well.
    const int64_t slice = first->slice;
    const int32_t group = first->group;
    const std::string key(first->key);
    for (size_t i = 0; i < sources.size(); ++i) {
      if (heads[i] != nullptr && heads[i]->slice == slice && heads[i]->group == group &&
          heads[i]->key == key) {
        ASSIGN_OR_RETURN(heads[i], sources[i]->Next());
      }
    }
  }
}

// Appends the sources of one handle: its first base file, then all that is newer.
Status AddHandle(CheckpointStorage& storage, const TableIdentity& table, const SlotWriter& writer,
                 const KeyedStateHandle& handle,
                 const std::vector<std::shared_ptr<const StateRun>>& runs,
                 std::vector<std::unique_ptr<SortedSource>>& sources) {
  const KeyGroupRange wanted = {static_cast<int32_t>(handle.first_key_group()),
                                static_cast<int32_t>(handle.last_key_group())};
  auto delta = std::make_unique<DeltaSource>(wanted, table);
  std::unique_ptr<StateFileReader> base;
  for (const auto* list : {&handle.base(), &handle.delta()}) {
    for (const FileHandle& file : *list) {
      ASSIGN_OR_RETURN(std::unique_ptr<StateFileReader> reader,
                       OpenStateFile(storage, table, handle, file));
      if (list == &handle.base() && !base) {
        base = std::move(reader);
        continue;
      }
      ASSIGN_OR_RETURN(SlotReader slots, SlotReaderFor(*reader, table));
      Translator translator(std::move(slots), writer);
      RETURN_IF_ERROR(delta->AddFile(*reader, translator));
    }
  }
  ASSIGN_OR_RETURN(SlotReader own, SlotReader::Make(table.layout.fields(), table.layout));
  Translator none(std::move(own), writer);
  for (const auto& run : runs) delta->AddRun(*run, none);
  delta->Close();
  if (base) {
    ASSIGN_OR_RETURN(SlotReader slots, SlotReaderFor(*base, table));
    sources.push_back(std::make_unique<BaseSource>(
        std::move(base), Translator(std::move(slots), writer), wanted, table, delta->drops()));
  }
  sources.push_back(std::move(delta));
  return OkStatus();
}

}  // namespace

StatusOr<WrittenShare> FoldShare(CheckpointStorage& storage, CheckpointId id,
                                 const TableIdentity& table, const StateShare& share,
                                 const std::vector<std::shared_ptr<const StateRun>>& runs) {
  const SlotWriter writer(table.layout);
  std::vector<std::unique_ptr<SortedSource>> sources;
  uint64_t bytes = BytesOf(share);
  for (const auto& run : runs) {
    for (const StateSection& section : *run) bytes += section.payload.size() + 64;
  }
  for (const KeyedStateHandle& handle : share) {
    RETURN_IF_ERROR(AddHandle(storage, table, writer, handle, runs, sources));
  }
  ASSIGN_OR_RETURN(std::unique_ptr<ShareFileWriter> file,
                   ShareFileWriter::Make(storage, id, table, true, bytes));
  BaseWriter out(*file);
  RETURN_IF_ERROR(Merge(sources, out));
  WrittenShare result;
  KeyedStateHandle& handle = result.share.emplace_back();
  handle.set_table(table.table);
  handle.set_first_key_group(static_cast<uint32_t>(table.key_groups.first));
  handle.set_last_key_group(static_cast<uint32_t>(table.key_groups.last));
  ASSIGN_OR_RETURN(*handle.add_base(), file->Finish());
  result.written_bytes = handle.base(0).length();
  return result;
}

}  // namespace weir
