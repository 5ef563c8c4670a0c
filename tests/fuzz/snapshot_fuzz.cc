// The bytes of a checkpoint. Raw ones, as a manifest and as a state file, are refused or read
// whole. State files whose checksums fit, with keys and slots as the input says, are loaded or
// refused as damaged; folded into a base, and more deltas put on top, they hold the same.

#include <fuzzer/FuzzedDataProvider.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "common/fs/simulated_file_system.h"
#include "state/memory/memory_cold_store.h"
#include "state/share_files.h"
#include "state/state_share.h"
#include "state/storage/checkpoint_storage.h"
#include "state/storage/state_file.h"
#include "state/write_back_table.h"

namespace weir {
namespace {

constexpr int32_t kMaxParallelism = 8;

SlotLayout Layout(int variant) {
  const SlotField count{"count", SlotFieldKind::kFixed, 8};
  const SlotField flag{"flag", SlotFieldKind::kFixed, 1};
  const SlotField name{"name", SlotFieldKind::kBytes};
  const SlotField gone{"gone", SlotFieldKind::kBytes};
  if (variant == 1) return SlotLayout({name, count});
  if (variant == 2) return SlotLayout({count, gone, name, flag});
  return SlotLayout({count, flag, name});
}

TableIdentity Table(int layout) { return {"agg", "t", Layout(layout), {0, 7}, kMaxParallelism}; }

// What a share holds, read a few entries at a time after `warm` of them were taken into memory.
using Contents = std::map<std::pair<int64_t, std::string>, std::string>;

StatusOr<Contents> Load(const CheckpointStorage& storage, const StateShare& share, bool spill,
                        size_t warm = 0) {
  const TableIdentity identity = Table(0);
  auto budget = std::make_shared<MemoryBudget>(spill ? 1 : uint64_t{1} << 40);
  ColdStoreFactory factory;
  if (spill) {
    factory = [] { return StatusOr<std::unique_ptr<ColdStore>>(MakeMemoryColdStore()); };
  }
  TaskMemory memory(budget->NewShare(), std::move(factory));
  WriteBackTable table({.identity = identity, .memory = &memory});
  ASSIGN_OR_RETURN(auto files, ShareFiles::Open(storage, identity, share));
  table.Restore(std::move(files));
  RETURN_IF_ERROR(table.Warm(warm).status());
  const SlotWriter writer(identity.layout);
  Contents contents;
  for (int64_t slice : table.Slices()) {
    uint64_t cursor = 0;
    do {
      RETURN_IF_ERROR(table.Scan(slice, cursor, 3, [&](std::string_view key, uint64_t, Slot slot) {
        std::string bytes;
        writer.Append(slot.data, bytes);
        CHECK(contents.emplace(std::pair(slice, std::string(key)), bytes).second)
            << "visited twice";
      }));
    } while (cursor != 0);
  }
  return contents;
}

// ---- Bytes as they are

void ReadRawStateFile(const std::string& bytes) {
  auto reader = StateFileReader::Open(MakeStringFile(bytes), "raw");
  if (!reader.ok()) return;
  std::string payload;
  for (size_t b = 0; b < (*reader)->blocks().size(); ++b) (void)(*reader)->ReadBlock(b, payload);
}

// The manifest of a message that has a right checksum; any message will do.
std::string Seal(const std::string& message) {
  const std::string empty = EncodeManifest({});
  std::string out = empty.substr(0, 8);
  const uint64_t size = message.size();
  out.append(reinterpret_cast<const char*>(&size), sizeof(size));
  out += message;
  const uint64_t hash = Xxh64::Hash(out);
  return out.append(reinterpret_cast<const char*>(&hash), sizeof(hash));
}

void ReadManifestBytes(const std::string& bytes) {
  auto manifest = DecodeManifest(bytes, "fuzz");
  if (!manifest.ok()) return;
  auto fs = std::make_shared<SimulatedFileSystem>();
  CheckpointStorage storage(fs, "job");
  auto again = DecodeManifest(EncodeManifest(*manifest), "again");
  CHECK(again.ok()) << again.status();
  (void)storage.Verify(*manifest);
  (void)storage.Publish(*manifest);
  (void)storage.RemoveAllBut({*manifest});
  for (const auto& task : manifest->tasks()) {
    for (const auto& op : task.operators()) {
      auto share = SelectShare(Table(0), {op.keyed().begin(), op.keyed().end()});
      if (!share.ok()) continue;
      (void)Load(storage, *share, false);
    }
  }
  MakePathsAbsolute("somewhere", *manifest);
}

// ---- State files that were written, whatever is in their entries

// A slot with the fields of `layout`, or something else.
std::string MakeSlot(FuzzedDataProvider& in, const SlotLayout& layout) {
  std::string slot;
  for (const SlotField& field : layout.fields()) {
    if (field.kind == SlotFieldKind::kBytes) {
      const std::string value = in.ConsumeRandomLengthString(20);
      slot.push_back(static_cast<char>(value.size()));  // a varint of one byte
      slot += value;
    } else {
      slot.append(field.width, in.ConsumeIntegral<char>());
    }
  }
  if (in.ConsumeIntegralInRange(0, 31) == 0) slot += in.ConsumeRandomLengthString(20);
  return slot;
}

checkpoint::FileHandle WriteDelta(FuzzedDataProvider& in, int64_t id) {
  const TableIdentity stored = Table(in.ConsumeIntegralInRange(0, 2));
  checkpoint::StateFileHeader header;
  header.set_uid(stored.uid);
  header.set_table(stored.table);
  header.set_checkpoint_id(id);
  header.set_max_parallelism(kMaxParallelism);
  header.set_last_key_group(7);
  SetFields(stored.layout, header);
  std::string content;
  StateFileWriter writer(header, [&](std::string_view bytes) {
    content += bytes;
    return OkStatus();
  });
  std::map<std::tuple<int64_t, int32_t, std::string>, std::optional<std::string>> entries;
  for (int i = in.ConsumeIntegralInRange(0, 24); i > 0; --i) {
    const int64_t slice = in.ConsumeIntegralInRange(0, 2);
    if (in.ConsumeIntegralInRange(0, 15) == 0) {
      writer.Drop(slice);
      continue;
    }
    const std::string key = in.ConsumeRandomLengthString(12);
    auto& entry = entries[{slice, stored.placement().Group(stored.placement().Hash(key)), key}];
    entry.reset();
    if (in.ConsumeBool()) entry = MakeSlot(in, stored.layout);
  }
  for (const auto& [place, slot] : entries) {
    const auto& [slice, group, key] = place;
    const StateEntry entry{slice, stored.placement().Hash(key),
                           group, !slot,
                           key,   slot ? std::string_view(*slot) : std::string_view()};
    CHECK_EQ(writer.Add(entry), OkStatus());
  }
  CHECK_EQ(writer.End(), OkStatus());
  checkpoint::FileHandle handle;
  handle.set_length(content.size());
  handle.set_checksum(Xxh64::Hash(content));
  handle.set_checkpoint_id(id);
  handle.set_content(std::move(content));
  return handle;
}

// Everything in one base file: deltas that say nothing are added until it is folded.
StatusOr<StateShare> Fold(CheckpointStorage& storage, int64_t id, StateShare share) {
  auto run = std::make_shared<StateRun>();
  run->sections.push_back({3, /*dropped=*/true, {}});
  std::vector<std::shared_ptr<const StateRun>> runs(1, run);
  // The 16th delta makes it fold.
  while (share[0].delta_size() < 16) {
    ASSIGN_OR_RETURN(WrittenShare more,
                     WriteShare(storage, CheckpointId(id), Table(0), share, runs, 0));
    share = std::move(more.share);
    if (share[0].base_size() > 0 && share[0].delta_size() == 0) break;
  }
  return share;
}

void FoldAndCompare(FuzzedDataProvider& in) {
  CheckpointStorage storage(std::make_shared<SimulatedFileSystem>(), "job",
                            in.ConsumeBool() ? 0 : CheckpointStorage::kInlineBytes);
  const bool spill = in.ConsumeBool();
  const size_t warm = in.ConsumeIntegralInRange(0, 40);
  const bool cut = in.ConsumeBool();  // as after a change of the parallelism: a file, two handles
  StateShare deltas(cut ? 2 : 1), folded;
  for (auto& handle : deltas) {
    handle.set_table("t");
    handle.set_last_key_group(7);
  }
  if (cut) {
    deltas[0].set_last_key_group(2);
    deltas[1].set_first_key_group(3);
  }
  for (int64_t id = 1; id <= 4 && in.remaining_bytes() > 0; ++id) {
    const checkpoint::FileHandle delta = WriteDelta(in, id);
    for (auto& handle : deltas) *handle.add_delta() = delta;
    for (auto& handle : folded) *handle.add_delta() = delta;
    if (folded.empty()) folded = deltas;
    auto written = Fold(storage, id, folded);
    auto before = Load(storage, deltas, spill, warm);
    if (!written.ok()) {
      CHECK(written.status().code() == StatusCode::kDataLoss) << written.status();
      return;
    }
    folded = *std::move(written);
    CHECK(before.ok()) << before.status();
    auto after = Load(storage, folded, spill, warm);
    CHECK(after.ok()) << after.status();
    CHECK(*before == *after) << "folded state is other state";
  }
}

}  // namespace
}  // namespace weir

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  FuzzedDataProvider in(data + 1, size - 1);
  switch (data[0] % 4) {
    case 0:
      weir::ReadRawStateFile(in.ConsumeRemainingBytesAsString());
      break;
    case 1:
      weir::ReadManifestBytes(in.ConsumeRemainingBytesAsString());
      break;
    case 2:
      weir::ReadManifestBytes(weir::Seal(in.ConsumeRemainingBytesAsString()));
      break;
    default:
      weir::FoldAndCompare(in);
  }
  return 0;
}
