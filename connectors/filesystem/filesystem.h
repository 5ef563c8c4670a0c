#pragma once

#include "connectors/connector.h"

namespace weir {

// 'connector' = 'filesystem': a file, or the files of a folder and its subfolders (names beginning
// with '.' or '_' are hidden), each one split, read in lines. Bounded, unless
// 'source.monitor-interval' looks for new files. Written in parts of one folder (file_sink.h).
Connector FilesystemConnector();

// A path as it stands in a table: "file:///tmp/x" and "/tmp/x" alike. kUnimplemented for other
// schemes.
StatusOr<std::string> LocalPath(const std::string& path);

}  // namespace weir
