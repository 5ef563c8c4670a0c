#include <memory>
#include <nlohmann/json.hpp>

#include "common/base/secrets.h"
#include "jobmanager/dispatcher.h"
#include "jobmanager/rest/actions.h"
#include "jobmanager/rest/shapes.h"
#include "jobmanager/rest/snapshot_cache.h"
#include "jobmanager/rest/views.h"
#include "jobmanager/shown_jobs.h"

namespace weir {
namespace {

using Json = nlohmann::ordered_json;

constexpr int64_t kMostParallelism = 32768;

Json ErrorJson(const rpc::SqlError& error) {
  const auto place = [](int32_t number) { return number > 0 ? Json(number) : Json(); };
  return {{"code", std::string(StatusCodeName(static_cast<StatusCode>(error.code())))},
          {"message", error.message()},
          {"line", place(error.line())},
          {"column", place(error.column())},
          {"hint", error.hint().empty() ? Json() : Json(error.hint())},
          {"rendered", error.rendered()}};
}

// In Flink's shape, and with the place in the script: what is wrong there is the request.
HttpResponse SqlErrorResponse(const rpc::SqlError& error) {
  const auto code =
      error.line() > 0 ? StatusCode::kInvalidArgument : static_cast<StatusCode>(error.code());
  HttpResponse response = MakeErrorResponse(Status(code, error.message()));
  response.body =
      Dump(Json{{"errors", Json::array({error.message()})}, {"error", ErrorJson(error)}});
  return response;
}

Status WrongType(const std::string& name, const char* expected) {
  return InvalidArgumentError("field " + name + " is not " + expected);
}

StatusOr<std::string> TextOf(const std::string& name, const Json& value) {
  if (!value.is_string()) return WrongType(name, "a text");
  return value.get<std::string>();
}

Status ReadField(const std::string& name, const Json& value, rpc::SubmitRequest* request) {
  if (name == "sql") {
    ASSIGN_OR_RETURN(*request->mutable_sql(), TextOf(name, value));
  } else if (name == "fileName") {
    ASSIGN_OR_RETURN(*request->mutable_file_name(), TextOf(name, value));
  } else if (name == "fromSavepoint") {
    ASSIGN_OR_RETURN(*request->mutable_from_savepoint(), TextOf(name, value));
  } else if (name == "parallelism") {
    const int64_t number = value.is_number_integer() ? value.get<int64_t>() : 0;
    if (number < 1 || number > kMostParallelism) return WrongType(name, "a number from 1 on");
    request->set_parallelism(static_cast<int32_t>(number));
  } else if (name == "allowNonRestoredState") {
    if (!value.is_boolean()) return WrongType(name, "true or false");
    request->set_allow_non_restored_state(value.get<bool>());
  } else if (name == "options") {
    if (!value.is_object()) return WrongType(name, "an object");
    for (const auto& option : value.items()) {
      ASSIGN_OR_RETURN((*request->mutable_options())[option.key()],
                       TextOf("options." + option.key(), option.value()));
    }
  } else {
    return InvalidArgumentError("there is no field " + name);
  }
  return OkStatus();
}

StatusOr<rpc::SubmitRequest> ReadSubmission(const std::string& body) {
  const Json json = Json::parse(body, nullptr, false);
  if (!json.is_object()) return InvalidArgumentError("the body is no JSON object");
  rpc::SubmitRequest request;
  for (const auto& item : json.items()) {
    RETURN_IF_ERROR(ReadField(item.key(), item.value(), &request));
  }
  if (request.sql().empty()) return InvalidArgumentError("field sql is missing");
  if (request.file_name().empty()) request.set_file_name("script");
  return request;
}

Json SchemaJson(const plan::Schema& schema) {
  Json out = Json::array();
  for (const plan::Field& field : schema.fields()) out.push_back({{"name", field.name()}});
  return out;
}

Json PlannedJobJson(const JobCompiler::Job& job) {
  Json vertices = Json::array();
  std::vector<std::string> ids;
  for (const plan::Vertex& vertex : job.graph.vertices()) {
    Json operators = Json::array();
    for (const plan::OperatorNode& node : vertex.chain()) operators.push_back(node.name());
    ids.push_back(VertexHexId(vertex));
    vertices.push_back({{"id", ids.back()},
                        {"name", vertex.name()},
                        {"parallelism", vertex.parallelism()},
                        {"operators", std::move(operators)}});
  }
  return {{"name", job.graph.name()},
          {"statement", WithoutSecrets(job.statement)},
          {"vertices", std::move(vertices)},
          {"edges", EdgesOf<Json>(job.graph, ids)}};
}

// SHOW JOBS and DESCRIBE JOB.
void FillInJobs(const ClusterSnapshot& cluster, JobCompiler::Answer* answer) {
  answer->columns = ShownJobColumns();
  for (const auto& [id, job] : cluster.jobs) {
    if (!answer->of_job->empty() && *answer->of_job != id) continue;
    const std::vector<std::string> cells = ShownJob(job->details.summary());
    answer->rows.emplace_back(cells.begin(), cells.end());
  }
}

Json AnswerJson(const JobCompiler::Answer& answer) {
  Json rows = Json::array();
  for (const auto& row : answer.rows) {
    Json cells = Json::array();
    for (const auto& cell : row) cells.push_back(cell ? Json(*cell) : Json());
    rows.push_back(std::move(cells));
  }
  return {{"statement", WithoutSecrets(answer.statement)},
          {"columns", answer.columns},
          {"rows", std::move(rows)}};
}

Json ExplainedJson(const JobCompiler::Result& result) {
  Json jobs = Json::array();
  for (const JobCompiler::Job& job : result.jobs) jobs.push_back(PlannedJobJson(job));
  Json answers = Json::array();
  for (const JobCompiler::Answer& one : result.answers) answers.push_back(AnswerJson(one));
  return {{"plan", result.explanation}, {"jobs", std::move(jobs)}, {"answers", std::move(answers)}};
}

struct CompletionRequest {
  std::string sql;
  int64_t cursor = 0;
};
StatusOr<CompletionRequest> ReadCompletionRequest(const std::string& body) {
  const Json json = Json::parse(body, nullptr, false);
  if (!json.is_object()) return InvalidArgumentError("the body is no JSON object");
  CompletionRequest request;
  for (const auto& item : json.items()) {
    if (item.key() == "sql") {
      ASSIGN_OR_RETURN(request.sql, TextOf("sql", item.value()));
    } else if (item.key() == "cursor") {
      if (!item.value().is_number_integer()) return WrongType("cursor", "a number");
      request.cursor = item.value().get<int64_t>();
    } else {
      return InvalidArgumentError("there is no field " + item.key());
    }
  }
  if (!json.contains("sql") || !json.contains("cursor")) {
    return InvalidArgumentError("fields sql and cursor are needed");
  }
  if (request.cursor < 0 || request.cursor > static_cast<int64_t>(request.sql.size())) {
    return InvalidArgumentError("field cursor is not within sql, which has " +
                                std::to_string(request.sql.size()) + " bytes");
  }
  return request;
}

template <class Notes>
Json NotesJson(const Notes& notes) {
  Json out = Json::array();
  for (const std::string& note : notes) out.push_back(note);
  return out;
}

}  // namespace

void SubmitSqlAction(ActionRequest request) {
  const StatusOr<rpc::SubmitRequest> asked = ReadSubmission(request.http.body);
  if (!asked.ok()) return request.respond(MakeErrorResponse(asked.status()));
  SnapshotCache* snapshots = request.services.snapshots;
  request.services.dispatcher->Submit(
      *asked, [snapshots, respond = std::move(request.respond)](const rpc::SubmitReply& reply) {
        snapshots->Forget();
        if (reply.has_error()) return respond(SqlErrorResponse(reply.error()));
        Json jobs = Json::array();
        for (const rpc::SubmittedJob& job : reply.jobs()) {
          jobs.push_back({{"id", job.job_id()},
                          {"name", job.name()},
                          {"statement", job.statement()},
                          {"hasResults", job.has_results()},
                          {"columns", SchemaJson(job.result_schema())}});
        }
        respond(MakeJsonResponse(
            200, Dump(Json{{"jobs", std::move(jobs)}, {"notes", NotesJson(reply.notes())}})));
      });
}

void ValidateSqlAction(ActionRequest request) {
  const StatusOr<rpc::SubmitRequest> asked = ReadSubmission(request.http.body);
  if (!asked.ok()) return request.respond(MakeErrorResponse(asked.status()));
  request.services.dispatcher->Validate(*asked, [respond = std::move(request.respond)](
                                                    const JobCompiler::Result& result) {
    const bool valid = !result.error;
    respond(MakeJsonResponse(200, Dump(Json{{"valid", valid},
                                            {"error", valid ? Json() : ErrorJson(*result.error)},
                                            {"jobs", result.jobs.size()},
                                            {"notes", NotesJson(result.notes)}})));
  });
}

void ExplainSqlAction(ActionRequest moved) {
  const StatusOr<rpc::SubmitRequest> asked = ReadSubmission(moved.http.body);
  if (!asked.ok()) return moved.respond(MakeErrorResponse(asked.status()));
  const SharedRequest request = Share(std::move(moved));
  request->services.dispatcher->Explain(*asked, [request](JobCompiler::Result result) {
    if (result.error) return request->respond(SqlErrorResponse(*result.error));
    request->services.snapshots->Get(
        [request, result = std::move(result)](std::shared_ptr<const ClusterSnapshot> cluster) {
          JobCompiler::Result filled = result;
          for (JobCompiler::Answer& answer : filled.answers) {
            if (answer.of_job) FillInJobs(*cluster, &answer);
          }
          request->respond(MakeJsonResponse(200, Dump(ExplainedJson(filled))));
        });
  });
}

void CompleteSqlAction(ActionRequest request) {
  StatusOr<CompletionRequest> asked = ReadCompletionRequest(request.http.body);
  if (!asked.ok()) return request.respond(MakeErrorResponse(asked.status()));
  request.services.dispatcher->Complete(
      std::move(asked->sql), static_cast<size_t>(asked->cursor),
      [respond = std::move(request.respond)](const JobCompiler::Completions& found) {
        respond(MakeJsonResponse(200, Dump(Json{{"from", found.begin}, {"words", found.words}})));
      });
}

namespace {

// Of the rows that a query's Collect operator keeps; null: the job is no query.
const plan::Schema* ResultSchemaOf(const plan::JobGraph& graph) {
  for (const plan::Vertex& vertex : graph.vertices()) {
    for (const plan::OperatorNode& node : vertex.chain()) {
      if (node.has_collect()) return &node.output();
    }
  }
  return nullptr;
}

HttpResponse ResultsResponse(const rpc::FetchResultsReply& reply, const plan::Schema& schema,
                             const RowsToJson& rows_to_json) {
  if (reply.has_error()) return SqlErrorResponse(reply.error());
  const StatusOr<std::string> rows =
      rows_to_json(schema, {reply.batches().begin(), reply.batches().end()});
  if (!rows.ok()) return MakeErrorResponse(rows.status());
  Json rest = {{"columns", SchemaJson(schema)},
               {"nextToken", reply.next_token()},
               {"finished", reply.finished()},
               {"failure", reply.failure().empty() ? Json() : Json(reply.failure())}};
  std::string body = Dump(rest);
  body.back() = ',';  // in place of the brace
  return MakeJsonResponse(200, body + "\"rows\":" + *rows + "}");
}

}  // namespace

void FetchResultsAction(ActionRequest moved) {
  const SharedRequest request = Share(std::move(moved));
  WithJob(request, [request](const JobSnapshot& job, const auto&) {
    const auto token = ParseNumber("path parameter (token)", request->path.Get("token"));
    if (!token.ok()) return request->respond(MakeErrorResponse(token.status()));
    const plan::Schema* schema = ResultSchemaOf(*job.graph);
    if (schema == nullptr || !request->services.rows_to_json) {
      return request->respond(
          MakeErrorResponse(404, "The job has no results: it is no query but an INSERT."));
    }
    rpc::FetchResultsRequest fetch;
    fetch.set_job_id(request->path.Get("jobid"));
    fetch.set_token(*token);
    request->services.dispatcher->FetchResults(
        fetch, [request, graph = job.graph, schema](rpc::FetchResultsReply reply) {
          request->services.run_aside([request, graph, schema, reply = std::move(reply)] {
            request->respond(ResultsResponse(reply, *schema, request->services.rows_to_json));
          });
        });
  });
}

}  // namespace weir
