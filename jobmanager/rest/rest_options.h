#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "common/base/status.h"
#include "common/http/http_file.h"
#include "proto/plan.pb.h"

namespace weir {

// Rows of a query, as a Collect operator sends them, as a JSON array: [{"kind":"+I","row":{..}}].
using RowsToJson = std::function<StatusOr<std::string>(const plan::Schema& schema,
                                                       const std::vector<std::string>& batches)>;

struct RestOptions {
  std::string bind_address = "127.0.0.1";
  int port = 8081;  // 0: a free one
  // Of the token that every request has to bring (common/http/access_token.h); empty: none has to.
  // An address that others can reach is not served without one.
  std::string token_hash;
  std::string certificate_file;  // PEM; both or none
  std::string key_file;
  std::map<std::string, std::string> config;  // of the job manager, for people
  RowsToJson rows_to_json;
  std::span<const HttpFile> page;   // the dashboard; "/" is its "/index.html"
  std::function<void()> shut_down;  // DELETE /cluster
};

}  // namespace weir
