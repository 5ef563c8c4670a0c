#include "common/fs/simulated_file_system.h"

#include <algorithm>
#include <cstring>
#include <random>
#include <set>

namespace weir {
namespace {

std::string Parent(const std::string& path) {
  size_t slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash);
}
std::string Trim(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

}  // namespace

class SimulatedFileSystem::Writer : public WritableFile {
 public:
  Writer(std::shared_ptr<SimulatedFileSystem> fs, std::string path, std::shared_ptr<Inode> inode)
      : fs_(std::move(fs)), path_(std::move(path)), inode_(std::move(inode)), boot_(fs_->boot_) {}

  Status Append(std::string_view bytes) override {
    Status before = fs_->Before("write " + path_);
    std::lock_guard lock(fs_->mutex_);
    RETURN_IF_ERROR(Alive());
    if (!before.ok()) bytes = bytes.substr(0, bytes.size() / 2);
    inode_->bytes += bytes;
    return before;
  }
  Status Sync() override {
    RETURN_IF_ERROR(fs_->Before("sync " + path_));
    std::lock_guard lock(fs_->mutex_);
    RETURN_IF_ERROR(Alive());
    inode_->synced = inode_->bytes;
    return OkStatus();
  }
  Status Close() override {
    RETURN_IF_ERROR(fs_->Before("close " + path_));
    std::lock_guard lock(fs_->mutex_);
    return Alive();
  }

 private:
  Status Alive() const {
    if (fs_->boot_ == boot_) return OkStatus();
    return UnavailableError("write " + path_ + ": the machine went down");
  }
  std::shared_ptr<SimulatedFileSystem> fs_;
  std::string path_;
  std::shared_ptr<Inode> inode_;
  uint64_t boot_;
};

class SimulatedFileSystem::Reader : public ReadableFile {
 public:
  Reader(std::shared_ptr<SimulatedFileSystem> fs, std::shared_ptr<Inode> inode)
      : fs_(std::move(fs)), inode_(std::move(inode)) {}
  StatusOr<uint64_t> Size() override {
    std::lock_guard lock(fs_->mutex_);
    return uint64_t{inode_->bytes.size()};
  }
  StatusOr<size_t> ReadAt(uint64_t offset, char* out, size_t size) override {
    std::lock_guard lock(fs_->mutex_);
    if (offset >= inode_->bytes.size()) return size_t{0};
    size = std::min<size_t>(size, inode_->bytes.size() - offset);
    std::memcpy(out, inode_->bytes.data() + offset, size);
    return size;
  }

 private:
  std::shared_ptr<SimulatedFileSystem> fs_;
  std::shared_ptr<Inode> inode_;
};

void SimulatedFileSystem::SetHook(Hook hook) {
  std::lock_guard lock(mutex_);
  hook_ = std::move(hook);
}

Status SimulatedFileSystem::Before(const std::string& operation) {
  Hook hook;
  {
    std::lock_guard lock(mutex_);
    hook = hook_;
  }
  return hook ? hook(operation) : OkStatus();
}

void SimulatedFileSystem::Crash(uint64_t seed) {
  std::lock_guard lock(mutex_);
  ++boot_;
  std::mt19937_64 random(seed);
  std::set<std::string> all;
  for (const auto& [path, inode] : names_) all.insert(path);
  for (const auto& [path, inode] : durable_) all.insert(path);
  Names survived;
  for (const std::string& path : all) {
    auto now = names_.find(path);
    auto then = durable_.find(path);
    const bool newer = random() & 1;
    const Names::iterator chosen = newer ? now : then;
    if (chosen != (newer ? names_.end() : durable_.end())) survived[path] = chosen->second;
  }
  // Nothing survives below a folder that did not.
  for (auto it = survived.begin(); it != survived.end();) {
    const std::string parent = Parent(it->first);
    it = parent.empty() || survived.count(parent) > 0 ? std::next(it) : survived.erase(it);
  }
  for (auto& [path, inode] : survived) {
    if (inode->bytes == inode->synced) continue;
    if (inode->bytes.starts_with(inode->synced)) {
      const size_t extra = inode->bytes.size() - inode->synced.size();
      inode->bytes.resize(inode->synced.size() + random() % (extra + 1));
    } else if (random() & 1) {
      inode->bytes = inode->synced;
    }
    inode->synced = inode->bytes;
  }
  names_ = survived;
  durable_ = std::move(survived);
}

void SimulatedFileSystem::Overwrite(const std::string& path, std::string bytes) {
  std::lock_guard lock(mutex_);
  auto it = names_.find(path);
  CHECK(it != names_.end()) << path;
  it->second->bytes = it->second->synced = std::move(bytes);
}

std::vector<std::string> SimulatedFileSystem::Files() const {
  std::lock_guard lock(mutex_);
  std::vector<std::string> files;
  for (const auto& [path, inode] : names_) {
    if (!inode->folder) files.push_back(path);
  }
  return files;
}

StatusOr<std::unique_ptr<WritableFile>> SimulatedFileSystem::Create(const std::string& path) {
  RETURN_IF_ERROR(Before("create " + path));
  std::lock_guard lock(mutex_);
  const std::string parent = Parent(path);
  if (!parent.empty() && names_.count(parent) == 0) {
    return NotFoundError("create " + path + ": No such file or directory");
  }
  std::shared_ptr<Inode>& inode = names_[path];
  if (!inode) inode = std::make_shared<Inode>();
  inode->bytes.clear();
  return std::make_unique<Writer>(shared_from_this(), path, inode);
}

StatusOr<std::unique_ptr<ReadableFile>> SimulatedFileSystem::Open(const std::string& path) {
  std::lock_guard lock(mutex_);
  auto it = names_.find(path);
  if (it == names_.end() || it->second->folder) {
    return NotFoundError("open " + path + ": No such file or directory");
  }
  return std::make_unique<Reader>(shared_from_this(), it->second);
}

Status SimulatedFileSystem::Rename(const std::string& from, const std::string& to) {
  RETURN_IF_ERROR(Before("rename " + from + " to " + to));
  std::lock_guard lock(mutex_);
  auto it = names_.find(from);
  if (it == names_.end()) {
    return NotFoundError("rename " + from + " to " + to + ": No such file or directory");
  }
  names_[to] = it->second;
  names_.erase(from);
  return OkStatus();
}

Status SimulatedFileSystem::Remove(const std::string& path) {
  RETURN_IF_ERROR(Before("remove " + path));
  std::lock_guard lock(mutex_);
  auto it = names_.find(path);
  if (it == names_.end()) return NotFoundError("remove " + path + ": No such file or directory");
  auto next = std::next(it);
  if (it->second->folder && next != names_.end() && next->first.starts_with(path + "/")) {
    return AlreadyExistsError("remove " + path + ": Directory not empty");
  }
  names_.erase(it);
  return OkStatus();
}

StatusOr<std::vector<std::string>> SimulatedFileSystem::List(const std::string& dir) {
  std::lock_guard lock(mutex_);
  auto folder = names_.find(Trim(dir));
  if (folder == names_.end() || !folder->second->folder) {
    return NotFoundError("list " + dir + ": No such file or directory");
  }
  std::vector<std::string> names;
  const std::string prefix = Trim(dir) + "/";
  for (auto it = names_.lower_bound(prefix); it != names_.end(); ++it) {
    if (!it->first.starts_with(prefix)) break;
    std::string name = it->first.substr(prefix.size());
    if (name.find('/') == std::string::npos) names.push_back(std::move(name));
  }
  return names;
}

Status SimulatedFileSystem::MakeDirs(const std::string& dir) {
  RETURN_IF_ERROR(Before("make folder " + dir));
  std::lock_guard lock(mutex_);
  const std::string trimmed = Trim(dir);
  for (size_t at = 1; at <= trimmed.size(); ++at) {
    if (at < trimmed.size() && trimmed[at] != '/') continue;
    std::shared_ptr<Inode>& inode = names_[trimmed.substr(0, at)];
    if (!inode) {
      inode = std::make_shared<Inode>();
      inode->folder = true;
    }
    durable_[trimmed.substr(0, at)] = inode;  // MakeDirs syncs what it makes
  }
  return OkStatus();
}

Status SimulatedFileSystem::SyncDir(const std::string& dir) {
  RETURN_IF_ERROR(Before("sync folder " + dir));
  std::lock_guard lock(mutex_);
  const std::string folder = Trim(dir);
  std::erase_if(durable_, [&](const auto& entry) { return Parent(entry.first) == folder; });
  for (const auto& [path, inode] : names_) {
    if (Parent(path) == folder) durable_[path] = inode;
  }
  return OkStatus();
}

}  // namespace weir
