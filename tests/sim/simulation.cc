#include "tests/sim/simulation.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "state/storage/checkpoint_storage.h"
#include "tests/sim/cluster.h"
#include "tests/sim/outside.h"
#include "tests/sim/sim_file_system.h"
#include "tests/sim/sim_operators.h"
#include "tests/sim/simulator.h"

namespace weir::sim {
namespace {

constexpr int64_t kMs = 1000;
constexpr int64_t kSecond = 1'000'000;
constexpr int64_t kQuietPatienceUs = 240 * kSecond;

// What must hold at every step of the checkpoints on disk.
class CheckpointWatch {
 public:
  CheckpointWatch(Simulator* simulator, SimFileSystem* disk, const Database* database)
      : simulator_(*simulator), disk_(*disk), database_(*database) {}

  void OnNamed(const std::string& path) {
    if (!path.ends_with("/manifest")) return;
    auto manifest = ReadManifest(disk_, path.substr(0, path.rfind('/')));
    if (!manifest.ok()) return simulator_.Violation("published: " + manifest.status().ToString());
    const CheckpointId id(manifest->checkpoint_id());
    Job& job = jobs_[manifest->job_id()];
    SIM_TRACE(simulator_) << "checkpoint " << id << " of " << manifest->job_id().substr(0, 4)
                          << " is published";
    if (id <= job.newest) {
      std::ostringstream out;
      out << "checkpoint " << id << " was published after " << job.newest;
      return simulator_.Violation(out.str());
    }
    Manifest& known = manifests_[path];
    known = {.job_id = manifest->job_id(), .id = id, .before = job.newest};
    job.newest = id;
    int expected = 0;
    for (const auto& vertex : manifest->vertices()) expected += vertex.parallelism();
    if (manifest->tasks_size() != expected) {
      return simulator_.Violation("checkpoint " + std::to_string(id.value()) + " exists with " +
                                  std::to_string(manifest->tasks_size()) + " of " +
                                  std::to_string(expected) + " snapshots");
    }
    const std::string root = path.substr(0, path.find("/chk-"));
    for (const auto& task : manifest->tasks()) {
      for (const auto& op : task.operators()) {
        for (const auto& committable : op.committables()) {
          job.published[id.value()].push_back(LedgerSegment::Decode(committable.content()));
        }
        for (const auto& keyed : op.keyed()) {
          for (const auto& file : keyed.base()) AddFile(root, file, &known);
          for (const auto& file : keyed.delta()) AddFile(root, file, &known);
        }
      }
    }
    for (const auto& prepared : manifest->uncommitted()) {
      for (const auto& committable : prepared.committables()) {
        job.published[prepared.checkpoint_id()].push_back(
            LedgerSegment::Decode(committable.content()));
      }
    }
    for (const std::string& file : known.files) {
      if (!disk_.Exists(file))
        simulator_.Violation(path + " names " + file + ", which is not there");
    }
  }

  void OnRemoved(const std::string& path) {
    if (const auto it = manifests_.find(path); it != manifests_.end()) {
      // The newest goes when its publication was reported as failed: it never counted.
      Job& job = jobs_[it->second.job_id];
      if (job.newest == it->second.id) {
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

  // After a loss of power some manifests and files are gone; what is left must be whole, and the
  // newest that was known to exist must be there.
  void AfterPowerLoss() {
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
      CheckpointId& n = newest[manifest->job_id()];
      n = std::max(n, CheckpointId(manifest->checkpoint_id()));
      for (const std::string& file : known.files) {
        if (!disk_.Exists(file)) {
          simulator_.Violation("after the loss of power " + path + " lacks " + file);
        }
      }
    }
    // A name that was not durable yet was published to nobody.
    for (auto& [id, job] : jobs_) job.newest = newest[id];
  }

  // Every commit of an earlier checkpoint comes first, and none without its checkpoint.
  void BeforeCommit(int64_t round, const LedgerSegment& segment) {
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

 private:
  struct Manifest {
    std::string job_id;
    CheckpointId id;
    CheckpointId before;  // the newest then
    std::set<std::string> files;
  };
  struct Job {
    CheckpointId newest;
    std::map<int64_t, std::vector<LedgerSegment>> published;  // by checkpoint
  };

  static void AddFile(const std::string& root, const checkpoint::FileHandle& file, Manifest* to) {
    if (!file.path().empty()) to->files.insert(root + "/" + file.path());
  }

  Simulator& simulator_;
  SimFileSystem& disk_;
  const Database& database_;
  std::map<std::string, Job> jobs_;
  std::map<std::string, Manifest> manifests_;
};

// The run.
class Run {
 public:
  Run(uint64_t seed, bool tracing)
      : simulator_(seed, tracing),
        rng_(simulator_.rng()),
        disk_(&simulator_),
        database_(&simulator_),
        watch_(&simulator_, &disk_, &database_) {}

  Report Execute() {
    MakeTopic();
    MakeCluster();
    disk_.on_named = [this](const std::string& path) { watch_.OnNamed(path); };
    disk_.on_removed = [this](const std::string& path) { watch_.OnRemoved(path); };
    database_.before_commit = [this](int64_t round, const LedgerSegment& segment) {
      watch_.BeforeCommit(round, segment);
    };
    cluster_->StartAll();
    simulator_.After(10 * kMs, [this] { User(); });
    MakeFaults();
    while (!done_ && simulator_.Step()) {
      if (simulator_.steps() > 5'000'000) simulator_.Violation("does not come to rest");
    }
    Report report{simulator_.violation(), scenario_.str(), simulator_.trace(), simulator_.steps(),
                  simulator_.now_us() / kMs};
    cluster_.reset();
    return report;
  }

 private:
  void MakeTopic() {
    topic_.bounded = rng_.Chance(0.5);
    topic_.from_latest = !topic_.bounded && rng_.Chance(0.3);
    topic_.disorder_ms = rng_.Between(0, 15);
    const int64_t splits = rng_.Between(1, 4);
    const int64_t rows = rng_.Between(20, 120);
    const int64_t gap_us = rng_.Between(500, 60'000);
    for (int64_t i = 0; i < splits; ++i) AddSplit(i, rows, gap_us, 0, 1'000);
    if (!topic_.bounded && rng_.Chance(0.4)) {
      // Its rows are younger than all others, so that none of them is late.
      AddSplit(splits, rows, gap_us, rng_.Between(1, 8) * kSecond, 100'000);
    }
    scenario_ << (topic_.bounded ? "bounded" : "unbounded") << (topic_.from_latest ? " latest" : "")
              << ", " << topic_.splits.size() << " splits of " << rows << " rows every "
              << gap_us / kMs << " ms";
  }

  void AddSplit(int64_t number, int64_t rows, int64_t gap_us, int64_t created_us,
                int64_t first_event_ms) {
    Topic::Split split;
    split.id = "topic-" + std::to_string(number);
    split.hash = static_cast<uint64_t>(number);
    split.created_us = created_us;
    for (int64_t i = 0; i < rows; ++i) {
      split.rows.push_back({.key = rng_.Below(9),
                            .value = rng_.Between(-50, 100),
                            .event_ms = first_event_ms + i * 3 + rng_.Below(topic_.disorder_ms + 1),
                            .available_us = created_us + i * gap_us});
    }
    topic_.splits.push_back(std::move(split));
  }

  void MakeCluster() {
    parallelism_ = static_cast<int32_t>(rng_.Between(1, 3));
    source_parallelism_ = static_cast<int32_t>(rng_.Between(1, 3));
    const int managers = static_cast<int>(rng_.Between(2, 3));
    const World world{&simulator_, &topic_, &database_};
    cluster_ = std::make_unique<Cluster>(world, &disk_, managers, 2);
    interval_ms_ = rng_.Between(50, 500);
    rescale_ = rng_.Chance(0.3);
    scenario_ << "; parallelism " << source_parallelism_ << "/" << parallelism_ << " on "
              << managers << " task managers, checkpoints every " << interval_ms_ << " ms"
              << (rescale_ ? ", rescaled" : "");
  }

  std::map<std::string, std::string> Config() {
    return {{"execution.checkpointing.interval", std::to_string(interval_ms_) + " ms"},
            {"execution.checkpointing.timeout", "3 s"},
            {"execution.checkpointing.tolerable-failed-checkpoints", "3"},
            {"execution.checkpointing.num-retained", rng_.Chance(0.3) ? "2" : "1"},
            {"execution.checkpointing.externalized-checkpoint-retention", "RETAIN_ON_CANCELLATION"},
            {"restart-strategy.exponential-delay.initial-backoff", "100 ms"},
            {"restart-strategy.exponential-delay.max-backoff", "2 s"},
            {"execution.buffer-timeout.interval", "20 ms"},
            {"execution.batch-size", rng_.Chance(0.3) ? "1" : "64"}};
  }

  // ---- Faults

  void MakeFaults() {
    const int faults = static_cast<int>(rng_.Below(9));
    const int64_t span = rng_.Between(2, 20) * kSecond;
    scenario_ << "; " << faults << " faults in " << span / kSecond << " s";
    for (int i = 0; i < faults; ++i) {
      simulator_.After(rng_.Below(span), [this] { Fault(); });
    }
    simulator_.After(span, [this] { Quiet(); });
  }

  void Fault() {
    const int tm = static_cast<int>(rng_.Below(cluster_->size()));
    const int other = static_cast<int>(rng_.Below(cluster_->size()));
    const int64_t back = rng_.Between(20, 1500) * kMs;
    switch (rng_.Below(10)) {
      case 0:
      case 1:
        return cluster_->KillTaskManager(tm, back);
      case 2:
        return cluster_->PauseTaskManager(tm, rng_.Between(50, 8000) * kMs);
      case 3:
        return cluster_->CutControl(tm);
      case 4:
        return cluster_->CutData(tm, other);
      case 5:
        return cluster_->KillJobManager(back);
      case 6:
        return cluster_->PauseJobManager(rng_.Between(50, 5000) * kMs);
      case 7:
        cluster_->LosePower(back);
        return watch_.AfterPowerLoss();
      case 8: {
        if (rng_.Chance(0.5)) return cluster_->DieOnDisk();
        disk_.SetErrorRate(0.1);
        simulator_.After(rng_.Between(50, 1000) * kMs, [this] { disk_.SetErrorRate(0); });
        return;
      }
      default:
        SIM_TRACE(simulator_) << "the database goes down";
        database_.SetDown(true);
        simulator_.After(rng_.Between(50, 3000) * kMs, [this] { database_.SetDown(false); });
    }
  }

  void Quiet() {
    SIM_TRACE(simulator_) << "from here on nothing fails";
    quiet_since_us_ = simulator_.now_us();
    disk_.SetErrorRate(0);
    disk_.TakeDeath();
    Watch();
  }

  // ---- The user: submits, perhaps rescales, and looks at the jobs again and again.

  void User() {
    if (Dispatcher* dispatcher = cluster_->dispatcher()) {
      dispatcher->ListJobs([this](rpc::ListJobsReply reply) { OnJobs(reply); });
    }
    simulator_.After(rng_.Between(50, 300) * kMs, [this] { User(); });
  }

  void OnJobs(const rpc::ListJobsReply& reply) {
    if (reply.jobs_size() == 0 || (!next_from_.empty() && !HasRunning(reply))) {
      // Once, unless the job manager that was asked has refused or died.
      if (simulator_.now_us() < next_submission_us_) return;
      if (submitted_to_ == cluster_->dispatcher()) return;
      return Submit();
    }
    const rpc::JobSummary& job = reply.jobs(0);  // the newest
    job_state_ = job.state();
    if (job.state() == "FAILED") simulator_.Violation("the job failed: " + job.reason());
    const bool first = next_from_.empty();
    if (!rescale_ || !first) return;
    if (job.state() == "CANCELED") return PlanRescale(job.job_id());
    if (cancel_at_us_ == 0) cancel_at_us_ = simulator_.now_us() + rng_.Between(500, 5000) * kMs;
    if (simulator_.now_us() < cancel_at_us_ || job.state() == "FINISHED") return;
    CheckpointStorage storage(Disk(), cluster_->CheckpointRoot() + "/" + job.job_id());
    auto ids = storage.List();
    if (!ids.ok() || ids->empty()) return;  // nothing to go on from yet
    rpc::GetJobRequest request;
    request.set_job_id(job.job_id());
    SIM_TRACE(simulator_) << "the user cancels the job";
    cluster_->dispatcher()->CancelJob(request, [](rpc::CancelReply) {});
  }

  static bool HasRunning(const rpc::ListJobsReply& reply) {
    return std::any_of(reply.jobs().begin(), reply.jobs().end(),
                       [](const auto& job) { return job.state() != "CANCELED"; });
  }

  std::shared_ptr<FileSystem> Disk() {
    return std::shared_ptr<FileSystem>(&disk_, [](FileSystem*) {});
  }

  void PlanRescale(const std::string& job_id) {
    CheckpointStorage storage(Disk(), cluster_->CheckpointRoot() + "/" + job_id);
    auto ids = storage.List();
    if (!ids.ok() || ids->empty()) {
      return simulator_.Violation("the canceled job has kept no checkpoint");
    }
    next_from_ = storage.job_dir() + "/chk-" + std::to_string(ids->front().value());
    parallelism_ = static_cast<int32_t>(rng_.Between(1, 3));
    source_parallelism_ = static_cast<int32_t>(rng_.Between(1, 3));
    // A writer of the old job that nobody can reach ends itself within 30 s.
    next_submission_us_ = simulator_.now_us() + 35 * kSecond;
    submitted_to_ = nullptr;
    job_state_ = "";
  }

  void Submit() {
    JobCompiler::Job job;
    job.graph = MakeGraph(source_parallelism_, parallelism_, Config());
    rpc::SubmitRequest request;
    request.set_from_savepoint(next_from_);
    SIM_TRACE(simulator_) << "the user submits the job" << (next_from_.empty() ? "" : " from ")
                          << next_from_;
    submitted_to_ = cluster_->dispatcher();
    submitted_to_->SubmitJob(std::move(job), request, [this](rpc::SubmitReply reply) {
      if (reply.error().code() == 0) return;
      submitted_to_ = nullptr;
      SIM_TRACE(simulator_) << "submission refused: " << reply.error().message();
    });
  }

  // ---- The end

  void Watch() {
    const Expected expected = Compute(topic_, kWindowMs);
    const bool right =
        database_.totals() == expected.totals && database_.ledger() == expected.ledger;
    const bool rescaled = !rescale_ || !next_from_.empty() || job_state_ == "FINISHED";
    const bool over = !topic_.bounded || job_state_ == "FINISHED";
    if (right && over && rescaled && AllRead()) {
      if (settled_at_us_ == 0) settled_at_us_ = simulator_.now_us();
      // Nothing more comes.
      if (simulator_.now_us() > settled_at_us_ + 2 * kSecond) done_ = true;
    } else if (settled_at_us_ != 0) {
      // A late restart: totals are written again from the last checkpoint on.
      settled_at_us_ = 0;
    } else if (topic_.bounded && job_state_ == "FINISHED" && rescaled) {
      simulator_.Violation("FINISHED with a wrong answer: " + Difference(expected));
    } else if (simulator_.now_us() > quiet_since_us_ + kQuietPatienceUs) {
      simulator_.Violation("never comes to the right answer; job " + job_state_ + "; " +
                           Difference(expected));
    }
    simulator_.After(100 * kMs, [this] { Watch(); });
  }

  bool AllRead() const {
    return std::all_of(topic_.splits.begin(), topic_.splits.end(), [&](const Topic::Split& split) {
      return split.start >= 0 &&
             (split.rows.empty() || split.rows.back().available_us < simulator_.now_us());
    });
  }

  std::string Difference(const Expected& expected) const {
    std::ostringstream out;
    for (const auto& [key, sum] : expected.totals) {
      const auto it = database_.totals().find(key);
      const Sum have = it == database_.totals().end() ? Sum{} : it->second;
      if (have != sum) {
        out << " total of " << key << " is " << have.count << "/" << have.sum << ", not "
            << sum.count << "/" << sum.sum << ";";
      }
    }
    int missing = 0, wrong = 0, extra = 0;
    for (const auto& [window, sum] : expected.ledger) {
      const auto it = database_.ledger().find(window);
      if (it == database_.ledger().end()) {
        ++missing;
      } else if (it->second != sum) {
        ++wrong;
      }
    }
    for (const auto& [window, sum] : database_.ledger()) {
      if (!expected.ledger.contains(window)) ++extra;
    }
    out << " ledger: " << missing << " missing, " << wrong << " wrong, " << extra << " too many of "
        << expected.ledger.size();
    return out.str();
  }

  Simulator simulator_;
  Rng& rng_;
  SimFileSystem disk_;
  Topic topic_;
  Database database_;
  CheckpointWatch watch_;
  std::unique_ptr<Cluster> cluster_;
  std::ostringstream scenario_;
  int32_t parallelism_ = 1;
  int32_t source_parallelism_ = 1;
  int64_t interval_ms_ = 100;
  bool rescale_ = false;
  std::string next_from_;  // the checkpoint that the second job starts from
  int64_t next_submission_us_ = 0;
  Dispatcher* submitted_to_ = nullptr;
  int64_t cancel_at_us_ = 0;
  std::string job_state_;
  int64_t quiet_since_us_ = 0;
  int64_t settled_at_us_ = 0;
  bool done_ = false;
};

}  // namespace

Report RunSimulation(uint64_t seed, bool tracing) { return Run(seed, tracing).Execute(); }

}  // namespace weir::sim
