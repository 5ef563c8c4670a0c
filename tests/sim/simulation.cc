#include "tests/sim/simulation.h"

#include <algorithm>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <utility>

#include "tests/sim/checkpoint_watch.h"
#include "tests/sim/cluster.h"
#include "tests/sim/outside.h"
#include "tests/sim/sim_file_system.h"
#include "tests/sim/sim_kafka.h"
#include "tests/sim/sim_operators.h"
#include "tests/sim/sim_postgres.h"
#include "tests/sim/simulator.h"
#include "tests/sim/user.h"

namespace weir::sim {
namespace {

constexpr int64_t kQuietPatienceUs = 240 * kSecond;
constexpr int64_t kCleanUpPatienceS = 100;  // a disk is slow, and slow again
// A transaction that somebody left open holds readers back until it times out.
constexpr int64_t kReadersLagUs = 40 * kSecond;

// The run.
class Run {
 public:
  Run(uint64_t seed, bool tracing)
      : simulator_(seed, tracing),
        rng_(simulator_.rng()),
        disk_(&simulator_),
        ledger_(&simulator_),
        kafka_(&simulator_, &ledger_),
        postgres_(&simulator_, &ledger_),
        watch_(&simulator_, &disk_, &ledger_) {}

  Report Execute() {
    MakeTopic();
    MakeCluster();
    disk_.on_named = [this](const std::string& path) { watch_.OnNamed(path); };
    disk_.on_removed = [this](const std::string& path) { watch_.OnRemoved(path); };
    ledger_.before_commit = [this](const EpochKey& epoch) { watch_.BeforeCommit(epoch); };
    cluster_->StartAll();
    simulator_.After(10 * kMs, [this] { user_->Start(); });
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
    const int64_t gap_us =
        rng_.Chance(0.25) ? rng_.Between(500, 20'000) : rng_.Between(20'000, 150'000);
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
    const int managers = static_cast<int>(rng_.Between(2, 3));
    disk_.SetHangs(rng_.Chance(0.35) ? 0.2 : 0.03);
    const Target target = static_cast<Target>(rng_.Below(3));
    const World world{&simulator_, &topic_, &database_, target, &ledger_, &kafka_, &postgres_};
    cluster_ = std::make_unique<Cluster>(world, &disk_, managers, 2);
    user_ = std::make_unique<User>(&simulator_, cluster_.get(), &disk_, &watch_);
    constexpr const char* kTargets[] = {"Kafka", "PostgreSQL", "files"};
    scenario_ << "; into " << kTargets[static_cast<int>(target)]
              << (disk_.hangs() > 0.1 ? ", a slow disk; " : "; ") << managers << " task managers; "
              << user_->plan();
  }

  // ---- Faults

  void MakeFaults() {
    faults_ = static_cast<int>(rng_.Below(9));
    const int64_t span = rng_.Between(2, 20) * kSecond;
    scenario_ << "; " << faults_ << " faults in " << span / kSecond << " s";
    for (int i = 0; i < faults_; ++i) {
      simulator_.After(rng_.Below(span), [this] { Fault(); });
    }
    simulator_.After(span, [this] { Quiet(); });
  }

  void Fault() {
    const int tm = static_cast<int>(rng_.Below(cluster_->size()));
    const int other = static_cast<int>(rng_.Below(cluster_->size()));
    const int64_t back = rng_.Between(20, 1500) * kMs;
    switch (rng_.Below(12)) {
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
        if (rng_.Chance(0.25)) return cluster_->UsurpJobManager(rng_.Between(50, 8000) * kMs);
        if (rng_.Chance(0.7)) return cluster_->UsurpJobManagerAtItsWork();
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
      case 9:
        SIM_TRACE(simulator_) << "the disk is full";
        disk_.SetFull(true);
        simulator_.After(rng_.Between(50, 4000) * kMs, [this] { disk_.SetFull(false); });
        return;
      case 10: {
        const int64_t ms = rng_.Between(1, rng_.Chance(0.2) ? 20 : 20 * 86'400) * kMs;
        return cluster_->JumpClock(rng_.Chance(0.6) ? -1 : tm, rng_.Chance(0.5) ? ms : -ms);
      }
      default:
        SetServicesDown(true);
        simulator_.After(rng_.Between(50, 3000) * kMs, [this] { SetServicesDown(false); });
    }
  }

  void SetServicesDown(bool down) {
    SIM_TRACE(simulator_) << "the services outside go " << (down ? "down" : "up");
    database_.SetDown(down);
    kafka_.SetDown(down);
    postgres_.SetDown(down);
  }

  void Quiet() {
    SIM_TRACE(simulator_) << "from here on nothing fails";
    simulator_.CalmDown();
    quiet_since_us_ = simulator_.now_us();
    disk_.SetErrorRate(0);
    disk_.SetFull(false);
    disk_.TakeDeath();
    user_->CalmDown();
    Watch();
  }

  // ---- The end

  void Watch() {
    const Expected expected = Compute(topic_, kWindowMs);
    const bool right = database_.totals() == expected.totals && ledger_.rows() == expected.ledger;
    const bool finished = user_->job_state() == "FINISHED";
    const bool over = !topic_.bounded || finished;
    if (!finished) last_unfinished_us_ = simulator_.now_us();
    if (right && over && user_->settled() && AllRead()) {
      if (settled_at_us_ == 0) {
        settled_at_us_ = simulator_.now_us();
        unneeded_ = user_->Unneeded();
      }
      // Nothing more comes, and what nobody needs goes.
      const std::set<std::string> now = user_->Unneeded();
      std::erase_if(unneeded_, [&](const std::string& path) { return !now.contains(path); });
      const int64_t waited = simulator_.now_us() - settled_at_us_;
      if (waited <= (unneeded_.empty() ? 2 : kCleanUpPatienceS) * kSecond) return WatchAgain();
      if (!unneeded_.empty()) {
        if (faults_ == 0 || std::exchange(cleaned_up_, true)) {
          simulator_.Violation(*unneeded_.begin() + " stays, though nobody needs it");
        }
        cluster_->KillJobManager(100 * kMs);
        settled_at_us_ = 0;
        return WatchAgain();
      }
      user_->CheckAnswers();
      watch_.CheckPromises();
      done_ = true;
    } else if (settled_at_us_ != 0) {
      // A late restart: totals are written again from the last checkpoint on.
      settled_at_us_ = 0;
    } else if (topic_.bounded && finished && !right &&
               simulator_.now_us() > last_unfinished_us_ + kReadersLagUs) {
      simulator_.Violation("FINISHED with a wrong answer: " + Difference(expected));
    } else if (simulator_.now_us() > quiet_since_us_ + kQuietPatienceUs) {
      simulator_.Violation("never comes to the right answer; job " + user_->job_state() + " " +
                           user_->job_reason() + (user_->settled() ? "; " : ", not settled; ") +
                           Difference(expected));
    }
    WatchAgain();
  }
  void WatchAgain() {
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
      const auto it = ledger_.rows().find(window);
      if (it == ledger_.rows().end()) {
        ++missing;
      } else if (it->second != sum) {
        ++wrong;
      }
    }
    for (const auto& [window, sum] : ledger_.rows()) {
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
  Ledger ledger_;
  SimKafka kafka_;
  SimPostgres postgres_;
  CheckpointWatch watch_;
  std::unique_ptr<Cluster> cluster_;
  std::unique_ptr<User> user_;
  std::ostringstream scenario_;
  int64_t quiet_since_us_ = 0;
  int64_t settled_at_us_ = 0;
  int faults_ = 0;
  // Files that nobody needed when it settled, and still not. A task manager that hung, or could not
  // be reached, may have written one when nobody looked for it any more, and a disk may have
  // refused to delete one: the next job manager sees to that.
  std::set<std::string> unneeded_;
  bool cleaned_up_ = false;         // there was one
  int64_t last_unfinished_us_ = 0;  // as far as it was looked at
  bool done_ = false;
};

}  // namespace

Report RunSimulation(uint64_t seed, bool tracing) { return Run(seed, tracing).Execute(); }

}  // namespace weir::sim
