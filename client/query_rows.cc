#include "client/query_rows.h"

#include <chrono>
#include <string>
#include <thread>
#include <utility>

#include "client/answer.h"
#include "common/data/batch_codec.h"

namespace weir {
namespace {

constexpr auto kRowsPollInterval = std::chrono::milliseconds(50);

}  // namespace

StatusOr<std::vector<Batch>> DecodeBatches(SerializedBatches batches, const SchemaPtr& schema) {
  std::vector<Batch> decoded;
  for (std::string& bytes : batches) {
    ASSIGN_OR_RETURN(std::vector<StreamElement> elements, DecodeElements(std::move(bytes), schema));
    for (StreamElement& element : elements) {
      if (auto* batch = std::get_if<Batch>(&element)) decoded.push_back(std::move(*batch));
    }
  }
  return decoded;
}

StatusOr<QueryRows> ToQueryRows(rpc::FetchResultsReply reply, const SchemaPtr& schema) {
  RETURN_IF_ERROR(ToStatus(reply.error()));
  QueryRows rows;
  ASSIGN_OR_RETURN(rows.batches, DecodeBatches(std::move(*reply.mutable_batches()), schema));
  rows.next_token = reply.next_token();
  rows.finished = reply.finished();
  if (!reply.failure().empty()) rows.failure = AbortedError(reply.failure());
  return rows;
}

Status FollowRows(const std::function<StatusOr<QueryRows>(int64_t token)>& fetch,
                  const std::function<bool()>& enough, ResultPrinter& printer) {
  for (int64_t token = 0; !enough();) {
    ASSIGN_OR_RETURN(QueryRows rows, fetch(token));
    for (const Batch& batch : rows.batches) RETURN_IF_ERROR(printer.Rows(batch));
    RETURN_IF_ERROR(rows.failure);
    if (rows.finished) return OkStatus();
    token = rows.next_token;
    if (!rows.batches.empty()) continue;
    printer.Idle();
    std::this_thread::sleep_for(kRowsPollInterval);
  }
  return OkStatus();
}

}  // namespace weir
