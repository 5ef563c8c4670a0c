#include "connectors/connector.h"
#include "operators/source.h"
#include "sql/session.h"

namespace weir::sql {
namespace {

StatusOr<const Connector*> ConnectorOf(const TableInfo& table) {
  auto option = table.options.find("connector");
  if (option == table.options.end()) {
    return InvalidArgumentError("the table has no 'connector'");
  }
  return FindConnector(option->second);
}

Status ValidateSource(const plan::Table& plan_table) {
  ASSIGN_OR_RETURN(TableInfo table, TableInfoFrom(plan_table));
  ASSIGN_OR_RETURN(const Connector* connector, ConnectorOf(table));
  if (!connector->make_source) {
    return InvalidArgumentError("the connector '" + connector->name + "' can only be written");
  }
  ASSIGN_OR_RETURN(std::unique_ptr<Source> source, connector->make_source(table));
  return source->Validate();
}

Status ValidateSink(const plan::Table& plan_table) {
  ASSIGN_OR_RETURN(TableInfo table, TableInfoFrom(plan_table));
  ASSIGN_OR_RETURN(const Connector* connector, ConnectorOf(table));
  if (!connector->make_sink) {
    return InvalidArgumentError("the connector '" + connector->name + "' can only be read");
  }
  ASSIGN_OR_RETURN(std::unique_ptr<Sink> sink, connector->make_sink(table));
  return sink->Validate();
}

}  // namespace

Status ValidateOutside(const plan::JobGraph& graph) {
  for (const plan::Vertex& vertex : graph.vertices()) {
    for (const plan::OperatorNode& node : vertex.chain()) {
      if (node.has_source()) {
        Status status = ValidateSource(node.source().table());
        if (!status.ok()) {
          return std::move(status).Annotate("table " + node.source().table().name());
        }
      } else if (node.has_sink()) {
        Status status = ValidateSink(node.sink().table());
        if (!status.ok()) {
          return std::move(status).Annotate("INSERT INTO " + node.sink().table().name());
        }
      }
    }
  }
  return OkStatus();
}

}  // namespace weir::sql
