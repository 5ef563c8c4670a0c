#include "client/state_command.h"

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "client/answer.h"
#include "client/cluster_client.h"
#include "client/job_text.h"
#include "client/query_rows.h"
#include "jobmanager/state_query.h"
#include "operators/expressions/expr.h"

namespace weir {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kRowsAtOnce = 1000;

std::string Joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

void PrintTables(const rpc::StateReply& reply, OutputFormat output) {
  if (output == OutputFormat::kJson) {
    Json tables = Json::array();
    for (const rpc::StateTable& table : reply.tables()) {
      tables.push_back({{"operator", table.uid()},
                        {"name", table.operator_()},
                        {"vertex", table.vertex()},
                        {"table", table.table()},
                        {"key", ColumnNames(table, true)},
                        {"values", ColumnNames(table, false)},
                        {"entries_in_memory", table.entries()},
                        {"bytes_in_memory", table.bytes()},
                        {"more_on_disk", table.on_disk()}});
    }
    return PrintJson(tables);
  }
  if (reply.tables().empty()) std::cout << "no operator of the job keeps keyed state\n";
  for (const rpc::StateTable& table : reply.tables()) {
    std::cout << table.uid() << "\n  " << table.operator_() << "\n  " << table.table() << ": key ("
              << Joined(ColumnNames(table, true)) << "), values ("
              << Joined(ColumnNames(table, false)) << ")\n  " << table.entries()
              << (table.entries() == 1 ? " entry, " : " entries, ") << BytesText(table.bytes())
              << " in memory" << (table.on_disk() ? ", more on disk" : "") << "\n";
  }
}

// By its uid or the beginning of it.
StatusOr<rpc::StateTable> FindOperator(const rpc::StateReply& reply, const std::string& text) {
  std::vector<const rpc::StateTable*> found;
  for (const rpc::StateTable& table : reply.tables()) {
    if (table.uid() == text) return table;
    if (table.uid().starts_with(text)) found.push_back(&table);
  }
  if (found.size() == 1) return *found[0];
  std::string message =
      found.empty() ? "no operator that keeps state is called " + text + "; these are there:"
                    : text + " could be any of:";
  for (const rpc::StateTable& table : reply.tables()) {
    if (found.empty() || table.uid().starts_with(text)) message += "\n  " + table.uid();
  }
  return found.empty() ? NotFoundError(message) : InvalidArgumentError(message);
}

Status PrintRows(ClusterClient& client, const StateCommand& command, rpc::StateRequest request) {
  std::unique_ptr<ResultPrinter> printer = MakeResultPrinter(command.cluster.output, std::cout);
  SchemaPtr schema;
  int left = command.limit;
  do {
    request.set_limit(std::min(left, kRowsAtOnce));
    ASSIGN_OR_RETURN(rpc::StateReply reply, client.ReadState(request));
    RETURN_IF_ERROR(ToStatus(reply.error()));
    if (!schema) {
      ASSIGN_OR_RETURN(schema, FromProto(reply.schema()));
      printer->BeginStatement(request.uid());
      RETURN_IF_ERROR(printer->BeginRows({.schema = schema, .schema_text = schema->ToString()}));
    }
    ASSIGN_OR_RETURN(const std::vector<Batch> batches,
                     DecodeBatches(std::move(*reply.mutable_batches()), schema));
    for (const Batch& batch : batches) {
      RETURN_IF_ERROR(printer->Rows(batch));
      left -= static_cast<int>(batch.rows());
    }
    request.set_cursor(reply.next());
  } while (left > 0 && !request.cursor().empty());
  printer->EndRows();
  if (!request.cursor().empty()) {
    std::cerr << "there are more: --limit N shows N of them" << std::endl;
  }
  return OkStatus();
}

Status Show(const StateCommand& command) {
  ASSIGN_OR_RETURN(std::unique_ptr<ClusterClient> client,
                   ClusterClient::Make(command.cluster.jobmanager));
  rpc::StateRequest request;
  request.set_job_id(command.job);
  ASSIGN_OR_RETURN(const rpc::StateReply tables, client->ReadState(request));
  RETURN_IF_ERROR(ToStatus(tables.error()));
  if (command.oper.empty()) {
    PrintTables(tables, command.cluster.output);
    return OkStatus();
  }
  ASSIGN_OR_RETURN(const rpc::StateTable table, FindOperator(tables, command.oper));
  request.set_uid(table.uid());
  request.set_table(table.table());
  if (command.key) request.set_one_key(true);
  for (const std::string& cell : command.key.value_or(std::vector<std::string>())) {
    request.add_key()->set_text(cell);
  }
  return PrintRows(*client, command, std::move(request));
}

}  // namespace

int ShowState(const StateCommand& command) {
  const Status shown = Show(command);
  return shown.ok() ? 0 : Fail(shown);
}

}  // namespace weir
