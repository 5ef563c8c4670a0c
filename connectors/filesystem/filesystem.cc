#include "connectors/filesystem/filesystem.h"

#include "common/config/uri_path.h"
#include "connectors/filesystem/file_sink.h"
#include "connectors/filesystem/file_source.h"

namespace weir {

StatusOr<std::string> LocalPath(const std::string& path) {
  if (path.find("://") != std::string::npos && !path.starts_with("file:///")) {
    return UnimplementedError("'" + path + "': only local files (file:///...) can be used");
  }
  return PathOfUri(path);
}

Connector FilesystemConnector() {
  Connector connector;
  connector.name = "filesystem";
  connector.metadata = {
      {"file.path", DataType::String().NotNull()},
      {"file.name", DataType::String().NotNull()},
      {"file.size", DataType::BigInt().NotNull()},
      {"file.modification-time", DataType::TimestampLtz(3).NotNull()},
  };
  connector.writes_partitions = true;
  connector.make_source = MakeFileSource;
  connector.make_sink = MakeFileSink;
  return connector;
}

}  // namespace weir
