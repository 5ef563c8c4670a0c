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

void CheckpointWatch::Job::Add(int64_t checkpoint, const EpochKey& epoch) {
  if (published_with.emplace(epoch, checkpoint).second) published[checkpoint].insert(epoch);
}

void CheckpointWatch::Job::Drop(int64_t checkpoint) {
  for (const EpochKey& epoch : published[checkpoint]) published_with.erase(epoch);
  published.erase(checkpoint);
}

void CheckpointWatch::Add(const checkpoint::CheckpointManifest& manifest, const std::string& root,
                          Job* job, Manifest* known) {
  const auto add_file = [&](const checkpoint::FileHandle& file) {
    if (file.path().empty()) return;
    known->files.insert(file.path().starts_with("/") ? file.path() : root + "/" + file.path());
  };
  const auto add_committables = [&](int64_t checkpoint, const auto& committables) {
    for (const checkpoint::Committable& committable : committables) {
      if (!committable.has_epoch()) {
        job->Add(checkpoint, LedgerSegment::Decode(committable.content()).epoch);
        continue;
      }
      const checkpoint::SinkEpoch& epoch = committable.epoch();
      job->Add(checkpoint, {{epoch.lineage(), epoch.uid(), epoch.subtask()}, epoch.epoch()});
      for (const auto& file : epoch.log()) add_file(file);
    }
  };
  for (const auto& prepared : manifest.uncommitted()) {
    add_committables(prepared.checkpoint_id(), prepared.committables());
  }
  for (const auto& task : manifest.tasks()) {
    for (const auto& op : task.operators()) {
      add_committables(manifest.checkpoint_id(), op.committables());
      for (const auto& keyed : op.keyed()) {
        for (const auto& file : keyed.base()) add_file(file);
        for (const auto& file : keyed.delta()) add_file(file);
      }
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
      job.Drop(job.newest.value());
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
    if (disk_.Exists(it->first)) {
      ++it;
      continue;
    }
    // One that was newer was published to nobody.
    if (!it->second.savepoint) jobs_[it->second.job_id].Drop(it->second.id.value());
    it = manifests_.erase(it);
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

std::set<std::string> CheckpointWatch::Unnamed(const std::string& folder) const {
  std::set<std::string> unnamed;
  for (const std::string& path : disk_.AllPaths()) {
    if (path.starts_with(folder + "/")) unnamed.insert(path);
  }
  for (const auto& [manifest, known] : manifests_) {
    unnamed.erase(manifest);
    for (const std::string& file : known.files) unnamed.erase(file);
  }
  return unnamed;
}

void CheckpointWatch::BeforeCommit(const EpochKey& epoch) {
  const bool published = std::any_of(jobs_.begin(), jobs_.end(), [&](const auto& job) {
    return job.second.published_with.contains(epoch);
  });
  if (!published) simulator_.Violation("rows are committed that no published checkpoint holds");
  // Of the same lineage.
  const auto job = jobs_.find(std::get<0>(epoch.writer));
  if (job == jobs_.end()) return;
  const auto with = job->second.published_with.find(epoch);
  if (with == job->second.published_with.end()) return;
  auto& rounds = job->second.published;
  while (!rounds.empty() && rounds.begin()->first < with->second) {
    for (const EpochKey& earlier : rounds.begin()->second) {
      if (ledger_.IsCommitted(earlier)) continue;
      std::ostringstream out;
      out << "checkpoint " << with->second << " is committed before rows of checkpoint "
          << rounds.begin()->first;
      return simulator_.Violation(out.str());
    }
    rounds.erase(rounds.begin());
  }
}

}  // namespace weir::sim
