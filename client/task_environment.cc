#include "client/task_environment.h"

#include <atomic>

#include "operators/operator.h"
#include "operators/source.h"
#include "proto/plan.pb.h"
#include "state/rocksdb/rocksdb_cold_store.h"

namespace weir {
namespace {

// The connector of a table, by its 'connector' option.
StatusOr<const Connector*> ConnectorOf(const TableInfo& info) {
  auto name = info.options.find("connector");
  return FindConnector(name == info.options.end() ? "" : name->second);
}

StatusOr<std::unique_ptr<Source>> MakeSource(const plan::Table& table) {
  ASSIGN_OR_RETURN(TableInfo info, TableInfoFrom(table));
  ASSIGN_OR_RETURN(const Connector* connector, ConnectorOf(info));
  if (!connector->make_source) {
    return InvalidArgumentError("connector '" + connector->name + "' cannot be read");
  }
  return connector->make_source(info);
}

StatusOr<std::unique_ptr<Sink>> MakeSink(const plan::Table& table) {
  ASSIGN_OR_RETURN(TableInfo info, TableInfoFrom(table));
  ASSIGN_OR_RETURN(const Connector* connector, ConnectorOf(info));
  if (!connector->make_sink) {
    return InvalidArgumentError("connector '" + connector->name + "' cannot be written");
  }
  return connector->make_sink(info);
}

}  // namespace

TaskEnvironment MakeTaskEnvironment(Executor* executor, const std::string& state_dir,
                                    uint64_t state_bytes) {
  TaskEnvironment environment;
  environment.executor = executor;
  environment.make_operator = &MakeOperator;
  environment.make_source = &MakeSource;
  environment.make_sink = &MakeSink;
  environment.file_system = FileSystem::Local();
  if (!state_dir.empty()) {
    // An eighth for what is read from cold stores, the rest for what is not in them.
    const uint64_t cache_bytes = state_bytes / 8;
    environment.state_memory = std::make_shared<MemoryBudget>(state_bytes - cache_bytes);
    // Each store has a folder of its own.
    environment.cold_store = [state_dir, cache = MakeRocksdbCache(cache_bytes),
                              next = std::make_shared<std::atomic<int64_t>>(0)] {
      return MakeRocksdbColdStoreFactory(
          {.dir = state_dir + "/" + std::to_string((*next)++), .cache = cache})();
    };
    environment.scratch_dir = state_dir;
  }
  return environment;
}

}  // namespace weir
