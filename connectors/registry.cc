#include "common/base/nearest_name.h"
#include "connectors/blackhole/blackhole.h"
#include "connectors/connector.h"
#include "connectors/datagen/datagen.h"
#include "connectors/filesystem/filesystem.h"
#include "connectors/kafka/kafka.h"
#include "connectors/postgres/postgres.h"
#include "connectors/print/print.h"

namespace weir {

const std::vector<Connector>& Connectors() {
  static const std::vector<Connector>& connectors = *new std::vector<Connector>{
      BlackholeConnector(),   //
      DatagenConnector(),     //
      FilesystemConnector(),  //
      KafkaConnector(),       //
      PostgresConnector(),    //
      PrintConnector(),       //
      UpsertKafkaConnector(),
  };
  return connectors;
}

StatusOr<const Connector*> FindConnector(std::string_view name) {
  std::vector<std::string> names;
  std::string list;
  for (const Connector& connector : Connectors()) {
    if (connector.name == name) return &connector;
    names.push_back(connector.name);
    list += (list.empty() ? "" : ", ") + connector.name;
  }
  if (name.empty()) {
    return InvalidArgumentError("option 'connector' is missing (there are: " + list + ")");
  }
  return InvalidArgumentError("unknown connector '" + std::string(name) + "'" +
                              DidYouMean(name, names) + " (there are: " + list + ")");
}

}  // namespace weir
