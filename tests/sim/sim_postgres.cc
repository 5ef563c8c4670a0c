#include "tests/sim/sim_postgres.h"

#include <utility>

#include "tests/sim/fiber.h"
#include "tests/sim/sim_sinks.h"

namespace weir::sim {

// ---- The server

void SimPostgres::SetDown(bool down) {
  down_ = down;
  sessions_.clear();
}

StatusOr<int64_t> SimPostgres::Connect() {
  if (down_) return UnavailableError("PostgreSQL is down");
  sessions_[++connected_] = {};
  return connected_;
}

StatusOr<SimPostgres::Session*> SimPostgres::Find(int64_t session) {
  const auto it = sessions_.find(session);
  if (it == sessions_.end()) return UnavailableError("the session has ended");
  return &it->second;
}

Status SimPostgres::TakeName(int64_t session, const std::string& name) {
  ASSIGN_OR_RETURN(Session * mine, Find(session));
  std::erase_if(sessions_, [&](const auto& other) {
    return other.first != session && other.second.name == name;
  });
  mine->name = name;
  return OkStatus();
}

StatusOr<int64_t> SimPostgres::LockEpoch(int64_t session, const std::string& writer) {
  ASSIGN_OR_RETURN(Session * mine, Find(session));
  for (const auto& [id, other] : sessions_) {
    if (id != session && other.locked == writer) return AbortedError("the row is locked");
  }
  mine->locked = writer;
  return epochs_[writer];
}

Status SimPostgres::Insert(int64_t session, const std::vector<LedgerRow>& rows) {
  ASSIGN_OR_RETURN(Session * mine, Find(session));
  mine->rows.insert(mine->rows.end(), rows.begin(), rows.end());
  return OkStatus();
}

Status SimPostgres::SetEpoch(int64_t session, int64_t epoch) {
  ASSIGN_OR_RETURN(Session * mine, Find(session));
  mine->epoch = epoch;
  return OkStatus();
}

Status SimPostgres::Commit(int64_t session, const EpochKey& epoch) {
  ASSIGN_OR_RETURN(Session * mine, Find(session));
  SIM_TRACE(simulator_) << mine->locked << " commits " << epoch.checkpoint;
  ledger_.Commit(epoch);
  for (const LedgerRow& row : mine->rows) ledger_.Show(row);
  if (mine->epoch) {
    int64_t& noted = epochs_[mine->locked];
    if (*mine->epoch <= noted) simulator_.Violation("an epoch in PostgreSQL goes back");
    noted = *mine->epoch;
  }
  *mine = {.name = mine->name};
  return OkStatus();
}

// ---- The client

namespace {

constexpr int64_t kLockRetryUs = 10'000;
constexpr int kLockTries = 500;
constexpr size_t kBufferedRows = 30;

class PostgresTarget final : public EpochTarget {
 public:
  PostgresTarget(Simulator* simulator, SimPostgres* postgres, const SinkEpoch& epoch)
      : simulator_(*simulator), postgres_(*postgres), epoch_(KeyOf(epoch)), name_(NameOf(epoch)) {}
  // What was sent before arrives before. Of a process that died nobody tells the server.
  ~PostgresTarget() override {
    if (session_ == 0) return;
    simulator_.After(kLateUs,
                     [&postgres = postgres_, session = session_] { postgres.Close(session); });
  }

  Status TakeOver() override {
    if (session_ == 0) RETURN_IF_ERROR(Connect());
    return Call<Status>([&postgres = postgres_, session = session_, name = name_] {
      return postgres.TakeName(session, name);
    });
  }
  StatusOr<int64_t> ReadNote() override {
    if (session_ == 0) RETURN_IF_ERROR(Connect());
    for (int i = 0; i < kLockTries; ++i) {
      StatusOr<int64_t> noted =
          Call<StatusOr<int64_t>>([&postgres = postgres_, session = session_, name = name_] {
            return postgres.LockEpoch(session, name);
          });
      if (noted.ok() || noted.status().code() != StatusCode::kAborted) return noted;
      Fiber::Current()->Sleep(kLockRetryUs);
    }
    return UnavailableError("the row stays locked");
  }
  std::string NoteName() const override { return "the epoch of " + name_; }
  Status Begin() override { return OkStatus(); }
  Status Write(const Batch& batch) override {
    for (const LedgerRow& row : RowsOf(batch)) rows_.push_back(row);
    return rows_.size() < kBufferedRows ? OkStatus() : WriteBuffered();
  }
  Status WriteNote(int64_t epoch) override {
    if (!rows_.empty()) RETURN_IF_ERROR(WriteBuffered());
    return Call<Status>([&postgres = postgres_, session = session_, epoch] {
      return postgres.SetEpoch(session, epoch);
    });
  }
  Status Commit() override {
    return Call<Status>([&postgres = postgres_, session = session_, epoch = epoch_] {
      return postgres.Commit(session, epoch);
    });
  }

 private:
  static constexpr int64_t kLateUs = 13'000'000;  // longer than a request may take (fiber.h)

  Status WriteBuffered() {
    return Call<Status>(
        [&postgres = postgres_, session = session_, rows = std::exchange(rows_, {})] {
          return postgres.Insert(session, rows);
        });
  }
  // A session whose connection broke is never used again.
  template <class Answer>
  Answer Call(std::function<Answer()> request) {
    std::optional<Answer> answer = Ask<Answer>(simulator_, std::move(request));
    return answer ? *std::move(answer) : Answer(UnavailableError("the connection is lost"));
  }
  Status Connect() {
    ASSIGN_OR_RETURN(
        session_, Call<StatusOr<int64_t>>([&postgres = postgres_] { return postgres.Connect(); }));
    return OkStatus();
  }

  Simulator& simulator_;
  SimPostgres& postgres_;
  const EpochKey epoch_;
  const std::string name_;
  int64_t session_ = 0;
  std::vector<LedgerRow> rows_;  // not sent yet
};

}  // namespace

std::unique_ptr<EpochTarget> MakePostgresTarget(Simulator* simulator, SimPostgres* postgres,
                                                const SinkEpoch& epoch) {
  return std::make_unique<PostgresTarget>(simulator, postgres, epoch);
}

}  // namespace weir::sim
