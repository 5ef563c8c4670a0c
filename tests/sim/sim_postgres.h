#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/base/status.h"
#include "connectors/epoch_transaction.h"
#include "tests/sim/outside.h"
#include "tests/sim/simulator.h"

namespace weir::sim {

// A PostgreSQL: sessions with a name each, in each at most one transaction, the table of writers
// with its row locks, and the rows of the ledger.
class SimPostgres {
 public:
  SimPostgres(Simulator* simulator, Ledger* ledger) : simulator_(*simulator), ledger_(*ledger) {}

  // Down: every session ends, what was not committed is undone.
  void SetDown(bool down);

  StatusOr<int64_t> Connect();
  // Ends the other sessions of the name, and takes it.
  Status TakeName(int64_t session, const std::string& name);
  // BEGIN; SELECT epoch ... FOR UPDATE. kAborted: somebody else has the lock, to be asked again.
  StatusOr<int64_t> LockEpoch(int64_t session, const std::string& writer);
  Status Insert(int64_t session, const std::vector<LedgerRow>& rows);
  Status SetEpoch(int64_t session, int64_t epoch);
  Status Commit(int64_t session, const EpochKey& epoch);
  void Close(int64_t session) { sessions_.erase(session); }

 private:
  struct Session {
    std::string name;
    std::string locked;  // the writer whose row it has locked; "": no transaction
    std::vector<LedgerRow> rows;
    std::optional<int64_t> epoch;
  };
  // Null with an error when it has ended.
  StatusOr<Session*> Find(int64_t session);

  Simulator& simulator_;
  Ledger& ledger_;
  bool down_ = false;
  int64_t connected_ = 0;
  std::map<int64_t, Session> sessions_;
  std::map<std::string, int64_t> epochs_;  // by writer
};

// Its client, for one epoch: as connectors/postgres/postgres_transaction.
std::unique_ptr<EpochTarget> MakePostgresTarget(Simulator* simulator, SimPostgres* postgres,
                                                const SinkEpoch& epoch);

}  // namespace weir::sim
