#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "client/result_printer.h"
#include "common/base/status.h"
#include "common/data/batch.h"
#include "proto/control.pb.h"

namespace weir {

// Some of the rows of a query, as a job manager gives them out.
struct QueryRows {
  std::vector<Batch> batches;
  int64_t next_token = 0;
  bool finished = false;
  Status failure;  // of the job, behind these rows
};

// What is wrong with the question is an error.
StatusOr<QueryRows> ToQueryRows(rpc::FetchResultsReply reply, const SchemaPtr& schema);

using SerializedBatches = google::protobuf::RepeatedPtrField<std::string>;
StatusOr<std::vector<Batch>> DecodeBatches(SerializedBatches batches, const SchemaPtr& schema);

// Shows rows as they come, to the last one or until somebody has had `enough`.
Status FollowRows(const std::function<StatusOr<QueryRows>(int64_t token)>& fetch,
                  const std::function<bool()>& enough, ResultPrinter& printer);

}  // namespace weir
