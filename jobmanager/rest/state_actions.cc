#include <memory>
#include <nlohmann/json.hpp>

#include "jobmanager/dispatcher.h"
#include "jobmanager/rest/actions.h"
#include "jobmanager/rest/shapes.h"
#include "jobmanager/rest/snapshot_cache.h"
#include "jobmanager/rest/views.h"
#include "jobmanager/state_query.h"

// What running tasks keep, over REST.

namespace weir {
namespace {

using Json = nlohmann::ordered_json;

constexpr int64_t kRowsUnlessAsked = 100;
constexpr int64_t kMostRows = 1000;

HttpResponse Refusal(const rpc::SqlError& error) {
  return MakeErrorResponse(Status(static_cast<StatusCode>(error.code()), error.message()));
}

std::string TablesBody(const rpc::StateReply& reply, const JobSnapshot& job) {
  Json operators = Json::array();
  std::string last;
  for (const rpc::StateTable& table : reply.tables()) {
    if (operators.empty() || table.uid() != last) {
      last = table.uid();
      operators.push_back({{"uid", table.uid()},
                           {"name", table.operator_()},
                           {"vertexId", job.vertices.at(table.vertex()).id},
                           {"tables", Json::array()}});
    }
    operators.back()["tables"].push_back({{"name", table.table()},
                                          {"keyColumns", ColumnNames(table, true)},
                                          {"valueColumns", ColumnNames(table, false)},
                                          {"entriesInMemory", table.entries()},
                                          {"bytesInMemory", table.bytes()},
                                          {"moreOnDisk", table.on_disk()}});
  }
  return Dump(Json{{"operators", std::move(operators)}});
}

HttpResponse RowsResponse(const rpc::StateReply& reply, const RowsToJson& rows_to_json) {
  const StatusOr<std::string> rows =
      rows_to_json(reply.schema(), {reply.batches().begin(), reply.batches().end()});
  if (!rows.ok()) return MakeErrorResponse(rows.status());
  Json columns = Json::array();
  for (const auto& field : reply.schema().fields()) columns.push_back({{"name", field.name()}});
  std::string body = Dump(Json{{"columns", std::move(columns)},
                               {"next", reply.next().empty() ? Json() : Json(reply.next())}});
  body.back() = ',';  // in place of the brace
  return MakeJsonResponse(200, body + "\"rows\":" + *rows + "}");
}

// key=... and nullKey=..., in the order of the key's columns.
StatusOr<rpc::StateRequest> ReadQuestion(const ActionRequest& request) {
  rpc::StateRequest question;
  question.set_job_id(request.path.Get("jobid"));
  question.set_uid(request.path.Get("uid"));
  question.set_table(request.path.Get("table"));
  question.set_limit(kRowsUnlessAsked);
  for (const auto& [name, value] : request.http.query) {
    if (name == "key" || name == "nullKey") {
      question.set_one_key(true);
      rpc::KeyCell* cell = question.add_key();
      cell->set_null(name == "nullKey");
      if (!cell->null()) cell->set_text(value);
    } else if (name == "cursor") {
      question.set_cursor(value);
    } else if (name == "limit") {
      ASSIGN_OR_RETURN(const int64_t limit, ParseNumber("query parameter (limit)", value));
      if (limit < 1 || limit > kMostRows) {
        return InvalidArgumentError("The limit must be from 1 to " + std::to_string(kMostRows) +
                                    " rows.");
      }
      question.set_limit(static_cast<int32_t>(limit));
    }
  }
  return question;
}

}  // namespace

void StateTablesAction(ActionRequest moved) {
  const SharedRequest request = Share(std::move(moved));
  WithJob(request,
          [request](const JobSnapshot& job, const std::shared_ptr<const ClusterSnapshot>& cluster) {
            rpc::StateRequest question;
            question.set_job_id(request->path.Get("jobid"));
            request->services.dispatcher->ReadState(
                question, [request, &job, cluster](const rpc::StateReply& reply) {
                  if (reply.has_error()) return request->respond(Refusal(reply.error()));
                  request->respond(MakeJsonResponse(200, TablesBody(reply, job)));
                });
          });
}

void StateRowsAction(ActionRequest moved) {
  const SharedRequest request = Share(std::move(moved));
  const StatusOr<rpc::StateRequest> question = ReadQuestion(*request);
  if (!question.ok()) return request->respond(MakeErrorResponse(question.status()));
  WithJob(request, [request, question = *question](const JobSnapshot&, const auto&) {
    if (question.uid().empty() || !request->services.rows_to_json) {
      return request->respond(MakeErrorResponse(404, "There is no operator without a name."));
    }
    request->services.dispatcher->ReadState(question, [request](rpc::StateReply reply) {
      if (reply.has_error()) return request->respond(Refusal(reply.error()));
      request->services.run_aside([request, reply = std::move(reply)] {
        request->respond(RowsResponse(reply, request->services.rows_to_json));
      });
    });
  });
}

}  // namespace weir
