#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "common/base/logging.h"
#include "common/base/status.h"

// What this process has printed, for people who are elsewhere.

namespace weir {

// The end of its standard output, at most `max_bytes` and `max_lines`; with `after` (a place in
// it), the first bytes from there on. Where that is no file but a terminal or a pipe: failed
// precondition, with what to do. Reads a file: blocks.
StatusOr<LogSlice> ReadStandardOutput(size_t max_bytes, size_t max_lines, int64_t after);

// Its log or its standard output, as an rpc::OutputQuery asks, as an rpc::OutputText; job manager
// and task managers both answer so, and proto/ is not for this folder to know.
template <class Text, class Query>
Text ReadOwnOutput(const Query& query) {
  constexpr int64_t kMost = 16 << 20;
  const auto bytes = static_cast<size_t>(std::clamp<int64_t>(query.max_bytes(), 0, kMost));
  const auto lines = query.has_max_lines()
                         ? static_cast<size_t>(std::max<int64_t>(0, query.max_lines()))
                         : SIZE_MAX;
  StatusOr<LogSlice> slice = LogSlice{};
  if (query.stream() == Query::STDOUT) {
    slice = ReadStandardOutput(bytes, lines, query.after());
  } else {
    const LogFormat format = query.format() == Query::CONFIGURED ? CurrentLogFormat()
                             : query.format() == Query::JSON     ? LogFormat::kJson
                                                                 : LogFormat::kPlain;
    slice = ReadLog({.format = format,
                     .job = query.job_id(),
                     .after = query.after(),
                     .max_lines = lines,
                     .max_bytes = bytes});
  }
  Text text;
  if (!slice.ok()) {
    text.mutable_failure()->set_code(static_cast<uint32_t>(slice.status().code()));
    text.mutable_failure()->set_message(slice.status().message());
    return text;
  }
  text.set_text(std::move(slice->text));
  text.set_next(slice->next);
  text.set_lost(slice->lost);
  return text;
}

}  // namespace weir
