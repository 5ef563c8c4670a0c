#include "connectors/postgres/postgres_rows.h"

#include <algorithm>

#include "connectors/postgres/postgres_types.h"

namespace weir {
namespace {

constexpr size_t kRowsPerStatement = 5000;

}  // namespace

Status PostgresRows::Prepare(PostgresConnection& connection) const {
  RETURN_IF_ERROR(connection.Prepare("put", table_.insert_sql));
  if (table_.delete_sql.empty()) return OkStatus();
  return connection.Prepare("remove", table_.delete_sql);
}

Status PostgresRows::Write(PostgresConnection& connection, const ChangeBuffer::Changes& changes) {
  RETURN_IF_ERROR(Run(connection, changes, changes.deletes, true));
  return Run(connection, changes, changes.upserts, false);
}

Status PostgresRows::Run(PostgresConnection& connection, const ChangeBuffer::Changes& changes,
                         const std::vector<ChangeBuffer::Ref>& rows, bool deletes) {
  std::vector<uint32_t> columns = table_.key;
  if (!deletes) {
    columns.clear();
    for (uint32_t i = 0; i < table_.columns.size(); ++i) columns.push_back(i);
  }
  parameters_.resize(columns.size());
  for (size_t begin = 0; begin < rows.size(); begin += kRowsPerStatement) {
    size_t end = std::min(rows.size(), begin + kRowsPerStatement);
    for (size_t c = 0; c < columns.size(); ++c) {
      std::string& array = parameters_[c];
      array = "{";
      for (size_t i = begin; i < end; ++i) {
        if (i > begin) array += ',';
        const Batch& batch = changes.batches[rows[i].batch];
        Status s = AppendArrayElement(*batch.column(columns[c]), rows[i].row, array);
        if (!s.ok()) {
          return std::move(s).Annotate("table `" + job_table_ + "`, column `" +
                                       batch.schema()[columns[c]].name + "`");
        }
      }
      array += '}';
    }
    RETURN_IF_ERROR(connection.RunPrepared(deletes ? "remove" : "put", parameters_).status());
  }
  return OkStatus();
}

}  // namespace weir
