#include "client/savepoint_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <vector>

#include "client/answer.h"
#include "client/job_text.h"
#include "client/table_printer.h"
#include "common/base/hex.h"
#include "common/data/time_text.h"
#include "state/storage/checkpoint_storage.h"
#include "state/xxh64.h"

namespace weir {
namespace {

using Json = nlohmann::ordered_json;

using checkpoint::CheckpointManifest;
using checkpoint::FileHandle;

constexpr size_t kChunk = 1 << 20;

// Its folder and its manifest, in which all paths are absolute.
struct Savepoint {
  std::string dir;
  CheckpointManifest manifest;
};

StatusOr<Savepoint> Read(const std::string& path) {
  std::error_code error;
  std::filesystem::path dir = std::filesystem::absolute(path, error).lexically_normal();
  if (!dir.has_filename()) dir = dir.parent_path();
  if (dir.filename() == "manifest" && !std::filesystem::is_directory(dir, error)) {
    dir = dir.parent_path();
  }
  if (!std::filesystem::exists(dir / "manifest", error)) {
    return NotFoundError(dir.string() +
                         " is no savepoint or checkpoint: there is no manifest in it. One that was "
                         "not finished has none; `weir info JOB` lists those that are");
  }
  Savepoint savepoint{.dir = dir.string()};
  ASSIGN_OR_RETURN(savepoint.manifest, ReadManifest(*FileSystem::Local(), savepoint.dir));
  MakePathsAbsolute(savepoint.dir, savepoint.manifest);
  return savepoint;
}

template <class F>
void ForEachHandle(const checkpoint::OperatorSnapshot& op, const F& visit) {
  for (const auto& keyed : op.keyed()) {
    for (const FileHandle& file : keyed.base()) visit(keyed, file);
    for (const FileHandle& file : keyed.delta()) visit(keyed, file);
  }
}

// ---- inspect

struct OperatorContent {
  std::string uid;
  std::string meaning;
  std::string vertex;
  int32_t parallelism = 0;
  int subtasks = 0;  // that hold something
  int finished = 0;
  int64_t bytes = 0;
  int64_t committables = 0;
  std::set<std::string> tables;
  std::set<std::string> files;
  std::set<uint32_t> key_groups;
  std::vector<checkpoint::SplitState> splits;

  bool Empty() const { return bytes == 0 && splits.empty() && committables == 0; }
};

void Add(const checkpoint::OperatorSnapshot& op, bool finished, OperatorContent* to) {
  int64_t bytes = static_cast<int64_t>(op.operator_state().size());
  for (const auto& keyed : op.keyed()) {
    to->tables.insert(keyed.table());
    for (uint32_t g = keyed.first_key_group(); g <= keyed.last_key_group(); ++g) {
      to->key_groups.insert(g);
    }
  }
  ForEachHandle(op, [&](const auto&, const FileHandle& file) {
    // A file that several subtasks read parts of is there once.
    if (!file.path().empty() && !to->files.insert(file.path()).second) return;
    bytes += static_cast<int64_t>(file.length());
  });
  for (const checkpoint::Committable& committable : op.committables()) {
    bytes += static_cast<int64_t>(committable.content().size());
    for (const FileHandle& file : committable.epoch().log()) {
      bytes += static_cast<int64_t>(file.length());
    }
  }
  to->committables += op.committables_size();
  to->splits.insert(to->splits.end(), op.splits().begin(), op.splits().end());
  to->bytes += bytes;
  to->finished += finished ? 1 : 0;
  if (bytes > 0 || op.splits_size() > 0) ++to->subtasks;
}

std::vector<OperatorContent> ContentOf(const CheckpointManifest& manifest) {
  std::vector<OperatorContent> all;
  std::map<std::string, size_t> index;
  for (const auto& vertex : manifest.vertices()) {
    for (int i = 0; i < vertex.uids_size(); ++i) {
      if (vertex.uids(i).empty()) continue;
      index[vertex.uids(i)] = all.size();
      OperatorContent& content = all.emplace_back();
      content.uid = vertex.uids(i);
      if (i < vertex.meanings_size()) content.meaning = vertex.meanings(i);
      content.parallelism = vertex.parallelism();
    }
  }
  for (const auto& task : manifest.tasks()) {
    for (const auto& op : task.operators()) {
      if (const auto it = index.find(op.uid()); it != index.end()) {
        Add(op, task.finished(), &all[it->second]);
      }
    }
  }
  std::erase_if(all, [](const OperatorContent& content) { return content.Empty(); });
  for (OperatorContent& content : all) {
    std::sort(content.splits.begin(), content.splits.end(),
              [](const auto& a, const auto& b) { return a.split_id() < b.split_id(); });
  }
  return all;
}

// "0-63, 96-127"
std::string RangesText(const std::set<uint32_t>& numbers) {
  std::string out;
  for (auto it = numbers.begin(); it != numbers.end();) {
    const uint32_t first = *it;
    uint32_t last = first;
    while (++it != numbers.end() && *it == last + 1) last = *it;
    out += (out.empty() ? "" : ", ") + std::to_string(first);
    if (last > first) out += "-" + std::to_string(last);
  }
  return out;
}

// Opaque to us; most connectors write text.
std::string PositionText(const std::string& bytes) {
  const bool text =
      std::all_of(bytes.begin(), bytes.end(), [](char c) { return c >= 32 && c < 127; });
  if (text) return bytes;
  return "0x" + HexText(bytes);
}

std::string Text(const Savepoint& savepoint, const std::vector<OperatorContent>& content) {
  const CheckpointManifest& manifest = savepoint.manifest;
  int64_t bytes = 0;
  for (const OperatorContent& one : content) bytes += one.bytes;
  std::string out = fmt::format(
      "{:<11} {}\njob         {}\ncheckpoint  {}\ncompleted   {}\nwritten by  Weir {}\n"
      "key groups  {}\nstate       {}\n",
      manifest.savepoint() ? "savepoint" : "folder", savepoint.dir, manifest.job_id(),
      manifest.checkpoint_id(), TimeText(manifest.completed_at_ms()),
      manifest.weir_version().empty() ? "?" : manifest.weir_version(), manifest.max_parallelism(),
      BytesText(bytes));
  if (manifest.uncommitted_size() > 0) {
    out += fmt::format("uncommitted rows of {} earlier commits: they are committed first\n",
                       manifest.uncommitted_size());
  }
  if (!manifest.savepoint()) {
    out += "It is a checkpoint: its files lie beside it in the job's folder and are the job's.\n";
  }
  TextTable table({{"operator (uid)"},
                   {"state is about"},
                   {"subtasks", true},
                   {"key groups"},
                   {"splits", true},
                   {"files", true},
                   {"bytes", true}});
  for (const OperatorContent& one : content) {
    table.Add({one.uid, one.meaning, fmt::format("{}/{}", one.subtasks, one.parallelism),
               RangesText(one.key_groups), std::to_string(one.splits.size()),
               std::to_string(one.files.size()), BytesText(one.bytes)});
  }
  std::ostringstream lines;
  if (!content.empty()) table.Finish(lines);
  TextTable splits({{"split"}, {"of"}, {"next position"}});
  size_t count = 0;
  for (const OperatorContent& one : content) {
    for (const auto& split : one.splits) {
      splits.Add({split.split_id(), one.uid,
                  split.finished() ? "read to its end" : PositionText(split.position())});
      ++count;
    }
  }
  if (count > 0) splits.Finish(lines);
  return out + "\n" + lines.str();
}

Json ToJson(const Savepoint& savepoint, const std::vector<OperatorContent>& content) {
  const CheckpointManifest& manifest = savepoint.manifest;
  Json operators = Json::array();
  for (const OperatorContent& one : content) {
    Json splits = Json::array();
    for (const auto& split : one.splits) {
      splits.push_back({{"id", split.split_id()},
                        {"position", PositionText(split.position())},
                        {"finished", split.finished()}});
    }
    operators.push_back({{"uid", one.uid},
                         {"meaning", one.meaning},
                         {"parallelism", one.parallelism},
                         {"subtasks_with_state", one.subtasks},
                         {"subtasks_finished", one.finished},
                         {"tables", one.tables},
                         {"key_groups", RangesText(one.key_groups)},
                         {"files", one.files.size()},
                         {"bytes", one.bytes},
                         {"committables", one.committables},
                         {"splits", splits}});
  }
  return {{"path", savepoint.dir},
          {"savepoint", manifest.savepoint()},
          {"job", manifest.job_id()},
          {"checkpoint", manifest.checkpoint_id()},
          {"completed_ms", manifest.completed_at_ms()},
          {"weir_version", manifest.weir_version()},
          {"max_parallelism", manifest.max_parallelism()},
          {"earlier_uncommitted", manifest.uncommitted_size()},
          {"operators", operators}};
}

// ---- verify

struct Verdict {
  int64_t files = 0;
  int64_t bytes = 0;
  std::vector<std::string> problems;
};

Status CheckInline(const FileHandle& file) {
  if (file.content().size() != file.length() || Xxh64::Hash(file.content()) != file.checksum()) {
    return DataLossError("state inside the manifest is damaged: its checksum does not match");
  }
  return OkStatus();
}

Status CheckFile(const CheckpointStorage& storage, const FileHandle& handle) {
  ASSIGN_OR_RETURN(std::unique_ptr<ReadableFile> file, storage.OpenFile(handle));
  Xxh64 hash;
  std::string chunk(kChunk, '\0');
  for (uint64_t at = 0; at < handle.length();) {
    const size_t want = static_cast<size_t>(std::min<uint64_t>(kChunk, handle.length() - at));
    ASSIGN_OR_RETURN(const size_t got, file->ReadAt(at, chunk.data(), want));
    if (got < want) return DataLossError("state file " + handle.path() + " ends too early");
    hash.Update({chunk.data(), got});
    at += got;
  }
  if (hash.Digest() == handle.checksum()) return OkStatus();
  return DataLossError("state file " + handle.path() + " is damaged: its checksum does not match");
}

std::vector<std::string> MissingSubtasks(const CheckpointManifest& manifest) {
  std::map<std::pair<uint32_t, uint32_t>, int> seen;
  for (const auto& task : manifest.tasks()) ++seen[{task.vertex(), task.subtask()}];
  std::vector<std::string> problems;
  for (const auto& vertex : manifest.vertices()) {
    for (int32_t i = 0; i < vertex.parallelism(); ++i) {
      const int count = seen[{vertex.vertex(), static_cast<uint32_t>(i)}];
      if (count == 1) continue;
      problems.push_back(fmt::format("the snapshot of subtask {} of vertex {} is there {} times", i,
                                     vertex.vertex(), count));
    }
  }
  return problems;
}

Verdict Check(const Savepoint& savepoint) {
  Verdict verdict{.problems = MissingSubtasks(savepoint.manifest)};
  const CheckpointStorage storage(FileSystem::Local(), savepoint.dir);
  std::set<std::string> seen;
  const auto check = [&](const FileHandle& file, const std::string& whose) {
    if (!file.path().empty() && !seen.insert(file.path()).second) return;
    const Status checked = file.path().empty() ? CheckInline(file) : CheckFile(storage, file);
    verdict.files += file.path().empty() ? 0 : 1;
    verdict.bytes += static_cast<int64_t>(file.length());
    if (!checked.ok()) verdict.problems.push_back(checked.message() + " (" + whose + ")");
  };
  const auto check_prepared = [&](const auto& committables, const std::string& uid) {
    for (const checkpoint::Committable& committable : committables) {
      for (const FileHandle& file : committable.epoch().log()) {
        check(file, "rows that operator " + uid + " has still to commit");
      }
    }
  };
  for (const auto& task : savepoint.manifest.tasks()) {
    for (const auto& op : task.operators()) {
      ForEachHandle(op, [&](const auto& keyed, const FileHandle& file) {
        check(file, fmt::format("operator {}, table {}, key groups {}-{}", op.uid(), keyed.table(),
                                keyed.first_key_group(), keyed.last_key_group()));
      });
      check_prepared(op.committables(), op.uid());
    }
  }
  for (const auto& prepared : savepoint.manifest.uncommitted()) {
    check_prepared(prepared.committables(), prepared.uid());
  }
  return verdict;
}

}  // namespace

int InspectSavepoint(const std::string& path, OutputFormat output) {
  const StatusOr<Savepoint> savepoint = Read(path);
  if (!savepoint.ok()) return Fail(savepoint.status());
  const std::vector<OperatorContent> content = ContentOf(savepoint->manifest);
  if (output == OutputFormat::kJson) {
    PrintJson(ToJson(*savepoint, content));
  } else {
    std::cout << Text(*savepoint, content) << std::flush;
  }
  return 0;
}

int VerifySavepoint(const std::string& path, OutputFormat output) {
  const StatusOr<Savepoint> savepoint = Read(path);
  if (!savepoint.ok() && output != OutputFormat::kJson) return Fail(savepoint.status());
  Verdict verdict;
  if (savepoint.ok()) {
    verdict = Check(*savepoint);
  } else {
    verdict.problems.push_back(savepoint.status().message());
  }
  if (output == OutputFormat::kJson) {
    PrintJson(Json({{"path", savepoint.ok() ? savepoint->dir : path},
                    {"whole", verdict.problems.empty()},
                    {"files", verdict.files},
                    {"bytes", verdict.bytes},
                    {"problems", verdict.problems}}));
  } else if (verdict.problems.empty()) {
    std::cout << fmt::format("{} is whole: {} files and {} of state, each as it was written\n",
                             savepoint->dir, verdict.files, BytesText(verdict.bytes));
  } else {
    for (const std::string& problem : verdict.problems) std::cerr << "weir: " << problem << "\n";
    std::cerr << fmt::format(
        "{} is not whole: {} problem{}. Restore it from a copy, or start from another one\n",
        savepoint->dir, verdict.problems.size(), verdict.problems.size() == 1 ? "" : "s");
  }
  return verdict.problems.empty() ? 0 : 1;
}

}  // namespace weir
