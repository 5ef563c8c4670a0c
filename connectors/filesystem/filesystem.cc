#include "connectors/filesystem/filesystem.h"

#include "connectors/filesystem/file_sink.h"
#include "connectors/filesystem/file_source.h"

namespace weir {

StatusOr<std::string> LocalPath(const std::string& path) {
  size_t scheme = path.find("://");
  if (scheme == std::string::npos) {
    return path.starts_with("file:/") ? path.substr(5) : path;
  }
  if (!path.starts_with("file:///")) {
    return UnimplementedError("'" + path + "': only local files (file:///...) can be used");
  }
  return path.substr(7);
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
  connector.make_source = MakeFileSource;
  connector.make_sink = MakeFileSink;
  return connector;
}

}  // namespace weir
