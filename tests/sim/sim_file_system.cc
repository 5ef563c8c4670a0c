#include "tests/sim/sim_file_system.h"

#include <algorithm>

namespace weir::sim {
namespace {

std::string ParentOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash);
}

}  // namespace

class SimWritableFile : public WritableFile {
 public:
  SimWritableFile(SimFileSystem* fs, SimFileSystem::DataPtr data, std::string path)
      : fs_(fs), data_(std::move(data)), path_(std::move(path)) {}
  Status Append(std::string_view bytes) override {
    bool after = false;
    if (Status s = fs_->Fault("write " + path_, &after, true); !s.ok() && !after) {
      // A torn write: some of it.
      const int64_t some = fs_->simulator_.rng().Below(static_cast<int64_t>(bytes.size()) + 1);
      data_->bytes.append(bytes.substr(0, static_cast<size_t>(some)));
      return s;
    }
    data_->bytes.append(bytes);
    return OkStatus();
  }
  Status Sync() override {
    bool after = false;
    if (Status s = fs_->Fault("sync " + path_, &after, true); !s.ok() && !after) return s;
    data_->synced = data_->bytes.size();
    return OkStatus();
  }
  Status Close() override { return OkStatus(); }

 private:
  SimFileSystem* fs_;
  SimFileSystem::DataPtr data_;
  std::string path_;
};

namespace {

class SimReadableFile : public ReadableFile {
 public:
  explicit SimReadableFile(std::string bytes) : bytes_(std::move(bytes)) {}
  StatusOr<uint64_t> Size() override { return static_cast<uint64_t>(bytes_.size()); }
  StatusOr<size_t> ReadAt(uint64_t offset, char* out, size_t size) override {
    if (offset >= bytes_.size()) return size_t{0};
    const size_t n = std::min<size_t>(size, bytes_.size() - offset);
    std::copy_n(bytes_.data() + offset, n, out);
    return n;
  }

 private:
  const std::string bytes_;
};

}  // namespace

Status SimFileSystem::Fault(const std::string& what, bool* after, bool takes_room) {
  *after = false;
  if (die_after_ >= 0 && die_after_-- == 0) dead_ = true;
  if (dead_) return UnavailableError(what + ": the process dies here");
  if (full_ && takes_room && simulator_.rng().Chance(0.8)) {
    SIM_TRACE(simulator_) << "disk full: " << what;
    return ResourceExhaustedError(what + ": " + std::string(kNoSpace));
  }
  if (error_rate_ > 0 && simulator_.rng().Chance(error_rate_)) {
    *after = simulator_.rng().Chance(0.5);
    SIM_TRACE(simulator_) << "disk error: " << what << (*after ? " (done)" : "");
    return UnavailableError(what + ": input/output error");
  }
  return OkStatus();
}

bool SimFileSystem::TakeDeath() {
  const bool died = dead_;
  dead_ = false;
  die_after_ = -1;
  return died;
}

void SimFileSystem::Apply(const std::string& path, Change change) {
  change(live_);
  not_durable_[ParentOf(path)].push_back(std::move(change));
}

StatusOr<std::unique_ptr<WritableFile>> SimFileSystem::Create(const std::string& path) {
  if (!dirs_.contains(ParentOf(path))) return NotFoundError("create " + path + ": no such folder");
  bool after = false;
  Status fault = Fault("create " + path, &after, true);
  if (!fault.ok() && !after) return fault;
  auto data = std::make_shared<Data>();
  Apply(path, [path, data](Names& names) { names[path] = data; });
  if (!fault.ok()) return fault;
  return StatusOr<std::unique_ptr<WritableFile>>(
      std::make_unique<SimWritableFile>(this, data, path));
}

StatusOr<std::unique_ptr<ReadableFile>> SimFileSystem::Open(const std::string& path) {
  const auto it = live_.find(path);
  if (it == live_.end()) return NotFoundError("open " + path + ": no such file");
  return StatusOr<std::unique_ptr<ReadableFile>>(
      std::make_unique<SimReadableFile>(it->second->bytes));
}

Status SimFileSystem::Rename(const std::string& from, const std::string& to) {
  if (!live_.contains(from)) return NotFoundError("rename " + from + ": no such file");
  bool after = false;
  Status fault = Fault("rename " + from, &after);
  if (!fault.ok() && !after) return fault;
  Apply(to, [from, to](Names& names) {
    const auto it = names.find(from);
    if (it == names.end()) return;
    names[to] = it->second;
    names.erase(from);
  });
  if (on_named) on_named(to);
  return fault;
}

Status SimFileSystem::Remove(const std::string& path) {
  if (dirs_.contains(path)) {
    auto rest = List(path);
    if (rest.ok() && !rest->empty()) return UnavailableError("remove " + path + ": not empty");
    bool after = false;
    Status fault = Fault("remove " + path, &after);
    if (!fault.ok() && !after) return fault;
    dirs_.erase(path);
    return fault;
  }
  if (!live_.contains(path)) return NotFoundError("remove " + path + ": no such file");
  bool after = false;
  Status fault = Fault("remove " + path, &after);
  if (!fault.ok() && !after) return fault;
  Apply(path, [path](Names& names) { names.erase(path); });
  if (on_removed) on_removed(path);
  return fault;
}

StatusOr<std::vector<std::string>> SimFileSystem::List(const std::string& dir) {
  if (!dirs_.contains(dir)) return NotFoundError("list " + dir + ": no such folder");
  std::set<std::string> names;
  const auto add = [&](const std::string& path) {
    if (path.size() <= dir.size() + 1 || !path.starts_with(dir + "/")) return;
    const std::string rest = path.substr(dir.size() + 1);
    names.insert(rest.substr(0, rest.find('/')));
  };
  for (const auto& [path, data] : live_) add(path);
  for (const std::string& path : dirs_) add(path);
  return std::vector<std::string>(names.begin(), names.end());
}

Status SimFileSystem::MakeDirs(const std::string& dir) {
  bool after = false;
  Status fault = Fault("make " + dir, &after, !dirs_.contains(dir));
  if (!fault.ok() && !after) return fault;
  AddDirs(dir);
  return fault;
}

void SimFileSystem::AddDirs(const std::string& dir) {
  for (size_t at = 0; at != std::string::npos;) {
    at = dir.find('/', at + 1);
    dirs_.insert(dir.substr(0, at));
  }
}

Status SimFileSystem::SyncDir(const std::string& dir) {
  bool after = false;
  Status fault = Fault("sync folder " + dir, &after);
  if (!fault.ok() && !after) return fault;
  const auto changes = not_durable_.find(dir);
  if (changes == not_durable_.end()) return fault;
  for (const Change& change : changes->second) change(durable_);
  not_durable_.erase(changes);
  return fault;
}

void SimFileSystem::LosePower() {
  Rng& rng = simulator_.rng();
  for (const auto& [folder, changes] : not_durable_) {
    const int64_t survive = rng.Below(static_cast<int64_t>(changes.size()) + 1);
    SIM_TRACE(simulator_) << "power is lost; in " << folder << " survive " << survive << " of "
                          << changes.size() << " names";
    for (int64_t i = 0; i < survive; ++i) changes[static_cast<size_t>(i)](durable_);
  }
  not_durable_.clear();
  live_ = durable_;
  for (auto& [path, data] : live_) {
    AddDirs(ParentOf(path));  // its removal was no more durable than that of what was in it
    const size_t size = data->bytes.size(), synced = data->synced;
    if (size == synced) continue;
    const int64_t kept = rng.Between(static_cast<int64_t>(synced), static_cast<int64_t>(size));
    // A new object: whoever still writes writes into nothing.
    data = std::make_shared<Data>(
        Data{data->bytes.substr(0, static_cast<size_t>(kept)), static_cast<size_t>(kept)});
    if (rng.Chance(0.5)) {  // blocks that were never written
      const int64_t from = rng.Between(static_cast<int64_t>(synced), kept);
      std::fill(data->bytes.begin() + from, data->bytes.begin() + rng.Between(from, kept), '\0');
    }
    durable_[path] = data;
  }
}

std::vector<std::string> SimFileSystem::AllPaths() const {
  std::vector<std::string> paths;
  for (const auto& [path, data] : live_) paths.push_back(path);
  return paths;
}

}  // namespace weir::sim
