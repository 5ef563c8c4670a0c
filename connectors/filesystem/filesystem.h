#pragma once

#include "connectors/connector.h"

namespace weir {

// 'connector' = 'filesystem': a file, or the files of a folder and its subfolders (names beginning
// with '.' or '_' are hidden), each one split, read in lines. Bounded, unless
// 'source.monitor-interval' looks for new files, those that a 'source.path.regex-pattern' matches
// where there is one. Written in parts (file_sink.h). A table that is PARTITIONED BY has a folder
// for each partition below its path (partition_folders.h).
Connector FilesystemConnector();

// A path as it stands in a table: "file:///tmp/x" and "/tmp/x" alike. kUnimplemented for other
// schemes.
StatusOr<std::string> LocalPath(const std::string& path);

}  // namespace weir
