#include "tests/sim/checkpoint_watch.h"

#include <algorithm>
#include <memory>
#include <sstream>

#include "state/storage/checkpoint_storage.h"

namespace weir::sim {

void CheckpointWatch::OnNamed(const std::string& path) {
  if (!path.ends_with("/manifest")) return;
  auto manifest = ReadManifest(disk_, path.substr(0, path.rfind('/')));
  if (!manifest.ok()) return simulator_.Violation("published: " + manifest.status().ToString());
  const CheckpointId id(manifest->checkpoint_id());
  Manifest& known = manifests_[path];
  known = {.job_id = manifest->job_id(), .id = id, .savepoint = manifest->savepoint()};
  if (known.savepoint) {
    SIM_TRACE(simulator_) << path << " is there";
    // A job that begins from it commits what it holds.
    return Add(*manifest, path.substr(0, path.rfind('/')), &jobs_["from " + path], &known);
  }
  Job& job = jobs_[manifest->job_id()];
  SIM_TRACE(simulator_) << "checkpoint " << id << " of " << manifest->job_id().substr(0, 4)
                        << " is published";
  if (id <= job.newest) {
    std::ostringstream out;
    out << "checkpoint " << id << " was published after " << job.newest;
    return simulator_.Violation(out.str());
  }
  known.before = job.newest;
  job.newest = id;
  int expected = 0;
  for (const auto& vertex : manifest->vertices()) expected += vertex.parallelism();
  if (manifest->tasks_size() != expected) {
    return simulator_.Violation("checkpoint " + std::to_string(id.value()) + " exists with " +
                                std::to_string(manifest->tasks_size()) + " of " +
                                std::to_string(expected) + " snapshots");
  }
  Add(*manifest, path.substr(0, path.find("/chk-")), &job, &known);
  for (const std::string& file : known.files) {
    if (!disk_.Exists(file)) simulator_.Violation(path + " names " + file + ", which is not there");
  }
}

void CheckpointWatch::Add(const checkpoint::CheckpointManifest& manifest, const std::string& root,
                          Job* job, Manifest* known) {
  const auto add_file = [&](const checkpoint::FileHandle& file) {
    if (!file.path().empty()) known->files.insert(root + "/" + file.path());
  };
  for (const auto& task : manifest.tasks()) {
    for (const auto& op : task.operators()) {
      for (const auto& committable : op.committables()) {
        job->published[manifest.checkpoint_id()].push_back(
            LedgerSegment::Decode(committable.content()));
      }
      for (const auto& keyed : op.keyed()) {
        for (const auto& file : keyed.base()) add_file(file);
        for (const auto& file : keyed.delta()) add_file(file);
      }
    }
  }
  for (const auto& prepared : manifest.uncommitted()) {
    for (const auto& committable : prepared.committables()) {
      job->published[prepared.checkpoint_id()].push_back(
          LedgerSegment::Decode(committable.content()));
    }
  }
}

void CheckpointWatch::OnRemoved(const std::string& path) {
  if (const auto it = manifests_.find(path); it != manifests_.end()) {
    const std::string folder = path.substr(0, path.rfind('/'));
    if (promised_.contains(folder)) simulator_.Violation(folder + " was promised and is deleted");
    // The newest goes when its publication was reported as failed: it never counted.
    Job& job = jobs_[it->second.job_id];
    if (!it->second.savepoint && job.newest == it->second.id) {
      job.published.erase(job.newest.value());
      job.newest = it->second.before;
    }
    manifests_.erase(it);
    return;
  }
  for (const auto& [manifest, known] : manifests_) {
    if (known.files.contains(path)) {
      simulator_.Violation(path + " is deleted while " + manifest + " names it");
    }
  }
}

void CheckpointWatch::AfterPowerLoss() {
  for (auto it = manifests_.begin(); it != manifests_.end();) {
    it = disk_.Exists(it->first) ? std::next(it) : manifests_.erase(it);
  }
  std::map<std::string, CheckpointId> newest;
  for (const auto& [path, known] : manifests_) {
    const std::string dir = path.substr(0, path.rfind('/'));
    auto manifest = ReadManifest(disk_, dir);
    if (!manifest.ok()) {
      simulator_.Violation("after the loss of power: " + manifest.status().ToString());
      return;
    }
    if (!known.savepoint) {
      CheckpointId& n = newest[manifest->job_id()];
      n = std::max(n, CheckpointId(manifest->checkpoint_id()));
    }
    for (const std::string& file : known.files) {
      if (!disk_.Exists(file)) {
        simulator_.Violation("after the loss of power " + path + " lacks " + file);
      }
    }
  }
  // A name that was not durable yet was published to nobody.
  for (auto& [id, job] : jobs_) job.newest = newest[id];
  CheckPromises();
}

void CheckpointWatch::Promise(const std::string& folder) {
  promised_.insert(folder);
  CheckPromises();
}

void CheckpointWatch::CheckPromises() {
  for (const std::string& folder : promised_) {
    auto manifest = ReadManifest(disk_, folder);
    Status status = manifest.status();
    if (status.ok()) {
      const std::shared_ptr<FileSystem> disk(&disk_, [](FileSystem*) {});
      status = CheckpointStorage(disk, folder).Verify(*manifest);
    }
    if (!status.ok()) simulator_.Violation("promised savepoint: " + status.ToString());
  }
}

void CheckpointWatch::BeforeCommit(int64_t round, const LedgerSegment& segment) {
  bool published = false;
  for (const auto& [id, job] : jobs_) {
    for (const auto& [checkpoint, segments] : job.published) {
      const bool holds = std::any_of(segments.begin(), segments.end(), [&](const auto& s) {
        return s.writer == segment.writer && s.checkpoint == segment.checkpoint;
      });
      published = published || holds;
    }
    // Of the same lineage.
    if (std::get<0>(segment.writer) != id) continue;
    for (const auto& [checkpoint, segments] : job.published) {
      if (checkpoint >= round) break;
      for (const LedgerSegment& earlier : segments) {
        if (database_.IsCommitted(earlier.writer, earlier.checkpoint)) continue;
        std::ostringstream out;
        out << "checkpoint " << round << " is committed before rows of checkpoint " << checkpoint;
        simulator_.Violation(out.str());
      }
    }
  }
  if (!published) simulator_.Violation("rows are committed that no published checkpoint holds");
}

}  // namespace weir::sim
