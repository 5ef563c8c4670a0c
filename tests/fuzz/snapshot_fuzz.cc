// The bytes of a checkpoint. Raw ones, as a manifest and as a state file, are refused or read
// whole. State files whose checksums fit, with sections, keys and slots as the input says, are
// loaded or refused as damaged; folded into a base, and more deltas put on top, they hold the same.

#include <fuzzer/FuzzedDataProvider.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/fs/simulated_file_system.h"
#include "state/memory/memory_cold_store.h"
#include "state/state_share.h"
#include "state/storage/checkpoint_storage.h"
#include "state/storage/state_file.h"

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

// ---- Bytes as they are

void ReadRawStateFile(const std::string& bytes) {
  auto reader = StateFileReader::Open(MakeStringFile(bytes), "raw");
  if (!reader.ok()) return;
  std::string payload;
  for (const auto& section : (*reader)->sections()) (void)(*reader)->ReadPayload(section, payload);
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
  (void)storage.RemoveUnreferenced({*manifest});
  for (const auto& task : manifest->tasks()) {
    for (const auto& op : task.operators()) {
      auto share = SelectShare(Table(0), {op.keyed().begin(), op.keyed().end()});
      if (!share.ok()) continue;
      TaskMemory memory;
      WriteBackTable table({.layout = Layout(0), .key_groups = {0, 7}, .memory = &memory});
      (void)LoadShare(storage, Table(0), *share, table);
    }
  }
  MakePathsAbsolute("somewhere", *manifest);
}

// ---- State files that were written, whatever is in them

// An entry, with the fields of `layout`.
void AppendEntry(FuzzedDataProvider& in, const SlotLayout& layout, std::string& payload) {
  const std::string key = in.ConsumeRandomLengthString(12);
  if (in.ConsumeBool()) return AppendErased(key, payload);
  AppendKey(key, payload);
  for (const SlotField& field : layout.fields()) {
    if (field.kind == SlotFieldKind::kBytes) {
      const std::string value = in.ConsumeRandomLengthString(20);
      payload.push_back(static_cast<char>(value.size()));  // a varint of one byte
      payload += value;
    } else {
      payload.append(field.width, in.ConsumeIntegral<char>());
    }
  }
}

StateSection MakeSection(FuzzedDataProvider& in, const SlotLayout& layout) {
  StateSection section;
  section.kind =
      in.ConsumeIntegralInRange(0, 7) == 0 ? SectionKind::kDropped : SectionKind::kChanges;
  section.slice = in.ConsumeIntegralInRange(0, 2);
  section.groups = {0, 7};  // readers skip sections by it: a lie is another content
  if (section.kind == SectionKind::kDropped) return section;
  for (int i = in.ConsumeIntegralInRange(0, 8); i > 0; --i)
    AppendEntry(in, layout, section.payload);
  if (in.ConsumeIntegralInRange(0, 7) == 0) section.payload += in.ConsumeRandomLengthString(20);
  return section;
}

checkpoint::FileHandle WriteDelta(FuzzedDataProvider& in, CheckpointStorage& storage, int64_t id) {
  const TableIdentity stored = Table(in.ConsumeIntegralInRange(0, 2));
  auto file = ShareFileWriter::Make(storage, CheckpointId(id), stored, false, 100);
  CHECK(file.ok()) << file.status();
  for (int i = in.ConsumeIntegralInRange(0, 4); i > 0; --i) {
    CHECK_EQ((*file)->Add(MakeSection(in, stored.layout)), OkStatus());
  }
  auto handle = (*file)->Finish();
  CHECK(handle.ok()) << handle.status();
  return *handle;
}

using Contents = std::map<std::pair<int64_t, std::string>, std::string>;

StatusOr<Contents> Load(const CheckpointStorage& storage, const StateShare& share, bool spill) {
  const TableIdentity identity = Table(0);
  TaskMemory memory;
  memory.budget = spill ? 1 : uint64_t{1} << 40;
  if (spill)
    memory.factory = [] { return StatusOr<std::unique_ptr<ColdStore>>(MakeMemoryColdStore()); };
  WriteBackTable table({.layout = identity.layout, .key_groups = {0, 7}, .memory = &memory});
  RETURN_IF_ERROR(LoadShare(storage, identity, share, table));
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

void FoldAndCompare(FuzzedDataProvider& in) {
  CheckpointStorage storage(std::make_shared<SimulatedFileSystem>(), "job",
                            in.ConsumeBool() ? 0 : CheckpointStorage::kInlineBytes);
  const bool spill = in.ConsumeBool();
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
    const checkpoint::FileHandle delta = WriteDelta(in, storage, id);
    for (auto& handle : deltas) *handle.add_delta() = delta;
    for (auto& handle : folded) *handle.add_delta() = delta;
    if (folded.empty()) folded = deltas;
    auto written = FoldShare(storage, CheckpointId(id), Table(0), folded, {});
    auto before = Load(storage, deltas, spill);
    if (!written.ok()) {
      CHECK(written.status().code() == StatusCode::kDataLoss) << written.status();
      return;
    }
    folded = written->share;
    CHECK(before.ok()) << before.status();
    auto after = Load(storage, folded, spill);
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
