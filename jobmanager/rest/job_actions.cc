#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "common/base/random_id.h"
#include "jobmanager/dispatcher.h"
#include "jobmanager/rest/actions.h"
#include "jobmanager/rest/operations.h"
#include "jobmanager/rest/shapes.h"
#include "jobmanager/rest/snapshot_cache.h"
#include "jobmanager/rest/views.h"

namespace weir {
namespace {

using Json = nlohmann::ordered_json;

Status ErrorOf(const rpc::SqlError& error) {
  return {static_cast<StatusCode>(error.code()), error.message()};
}

// No body is an empty object.
StatusOr<Json> BodyOf(const ActionRequest& request) {
  if (request.http.body.empty()) return Json::object();
  Json body = Json::parse(request.http.body, nullptr, false);
  if (body.is_object()) return body;
  return InvalidArgumentError("Request did not match expected format: the body is no JSON object");
}

StatusOr<std::string> TextOf(const Json& body, const char* name, std::string fallback = "") {
  const auto it = body.find(name);
  if (it == body.end() || it->is_null()) return fallback;
  if (it->is_string()) return it->get<std::string>();
  return InvalidArgumentError(std::string("field ") + name + " is no text");
}

StatusOr<bool> BoolOf(const Json& body, const char* name) {
  const auto it = body.find(name);
  if (it == body.end() || it->is_null()) return false;
  if (it->is_boolean()) return it->get<bool>();
  return InvalidArgumentError(std::string("field ") + name + " is neither true nor false");
}

std::string KeyOf(const std::string& kind, const ActionRequest& request, const std::string& id) {
  return kind + "/" + (kind == "disposal" ? "" : request.path.Get("jobid")) + "/" + id;
}

// Remembers an operation under an id, the client's or a new one, and answers with it; `begin` gets
// its key, unless it has begun before.
void Trigger(const SharedRequest& request, const std::string& kind,
             const StatusOr<std::string>& asked_id, int status,
             const std::function<void(const std::string& key)>& begin) {
  if (!asked_id.ok()) return request->respond(MakeErrorResponse(asked_id.status()));
  const std::string id = asked_id->empty() ? RandomHexId() : *asked_id;
  if (!IsHexId(id)) {
    return request->respond(MakeErrorResponse(400, "triggerId is not 32 hex digits: " + id));
  }
  const std::string key = KeyOf(kind, *request, id);
  const StatusOr<bool> begun = request->services.operations->Begin(key);
  if (!begun.ok()) return request->respond(MakeErrorResponse(begun.status()));
  request->respond(MakeJsonResponse(status, Dump(Json{{"request-id", id}})));
  if (*begun) begin(key);
}

void RespondWithOperation(const ActionRequest& request, const std::string& kind,
                          const std::optional<std::string>& result) {
  const char* state = result ? "COMPLETED" : "IN_PROGRESS";
  request.respond(MakeJsonResponse(200, std::string("{\"status\":{\"id\":\"") + state +
                                            "\"},\"operation\":" + result.value_or("null") + "}"));
}

void RespondWithStatus(ActionRequest request, const std::string& kind) {
  const std::string& id = request.path.Get("triggerid");
  const auto result = request.services.operations->Find(KeyOf(kind, request, id));
  if (!result.ok()) {
    return request.respond(
        MakeErrorResponse(404, "There is no " + kind + " operation with triggerId=" + id + "."));
  }
  RespondWithOperation(request, kind, *result);
}

void Cancel(const SharedRequest& request) {
  WithJob(request, [request](const JobSnapshot& job, const auto&) {
    if (IsGloballyTerminal(job.state) && job.state != JobState::kCanceled) {
      return request->respond(MakeErrorResponse(
          409,
          "Job cancellation failed because the job has already reached another terminal "
          "state (" +
              std::string(JobStateName(job.state)) + ")."));
    }
    rpc::GetJobRequest which;
    which.set_job_id(request->path.Get("jobid"));
    request->services.dispatcher->CancelJob(which, [request](rpc::CancelReply reply) {
      request->services.snapshots->Forget();
      if (reply.has_error()) return request->respond(MakeErrorResponse(ErrorOf(reply.error())));
      request->respond(MakeJsonResponse(202, "{}"));
    });
  });
}

HttpResponse StopModeIsGone() {
  return MakeErrorResponse(308,
                           "The termination mode \"stop\" has been removed. For an ungraceful "
                           "shutdown, please use \"cancel\" instead. For a graceful shutdown, "
                           "please use \"jobs/:jobid/stop\" instead.");
}

// What has become of a stop that is on record.
std::optional<StatusOr<std::string>> OutcomeOfStop(const JobSnapshot& job) {
  if (job.state == JobState::kFinished && !job.details.savepoint().empty()) {
    return job.details.savepoint();
  }
  if (IsGloballyTerminal(job.state)) {
    return StatusOr<std::string>(
        AbortedError("the job is " + std::string(JobStateName(job.state)) + " instead"));
  }
  if (!job.details.stopping() && !job.details.stop_failure().empty()) {
    return StatusOr<std::string>(AbortedError(job.details.stop_failure()));
  }
  return std::nullopt;
}

void FinishWithLocation(const RestServices& services, const std::string& key,
                        const StatusOr<std::string>& location) {
  services.snapshots->Forget();  // who hears that it is there may look for it
  if (!location.ok()) return services.operations->Fail(key, "failure-cause", location.status());
  services.operations->Finish(key, Dump(Json{{"location", *location}}));
}

}  // namespace

void WithJob(const SharedRequest& request, OfJob then) {
  using Cluster = std::shared_ptr<const ClusterSnapshot>;
  const auto go_on = [request, then = std::move(then)](const Cluster& cluster) -> Status {
    const auto job = FindJob({*cluster, request->path, request->http});
    if (job.ok()) then(**job, cluster);
    return job.status();
  };
  SnapshotCache* snapshots = request->services.snapshots;
  snapshots->Get([=](const Cluster& cluster) {
    if (go_on(cluster).ok()) return;
    snapshots->GetNewer(cluster, [=](const Cluster& newer) {
      if (Status s = go_on(newer); !s.ok()) request->respond(MakeErrorResponse(s));
    });
  });
}

void CancelJobAction(ActionRequest request) {
  const std::string* mode = request.http.FindQuery("mode");
  if (mode != nullptr && *mode == "stop") return request.respond(StopModeIsGone());
  if (mode != nullptr && *mode != "cancel") {
    return request.respond(
        MakeErrorResponse(400,
                          "Bad request, could not parse parameters: Cannot resolve query parameter "
                          "(mode) from value \"" +
                              *mode + "\"."));
  }
  Cancel(Share(std::move(request)));
}

void YarnCancelAction(ActionRequest request) { Cancel(Share(std::move(request))); }

void YarnStopAction(ActionRequest request) { request.respond(StopModeIsGone()); }

void TriggerSavepointAction(ActionRequest moved) {
  const SharedRequest request = Share(std::move(moved));
  const StatusOr<Json> body = BodyOf(*request);
  if (!body.ok()) return request->respond(MakeErrorResponse(body.status()));
  const StatusOr<std::string> dir = TextOf(*body, "target-directory");
  const StatusOr<bool> cancel = BoolOf(*body, "cancel-job");
  for (const Status& status : {dir.status(), cancel.status()}) {
    if (!status.ok()) return request->respond(MakeErrorResponse(status));
  }
  WithJob(
      request, [=, body = *body, dir = *dir, cancel = *cancel](const JobSnapshot&, const auto&) {
        Trigger(request, "savepoint", TextOf(body, "triggerId"), 202, [&](const std::string& key) {
          rpc::SavepointRequest asked;
          asked.set_job_id(request->path.Get("jobid"));
          asked.set_dir(dir);
          request->services.dispatcher->TakeSavepoint(asked, [=](rpc::SavepointReply reply) {
            StatusOr<std::string> location = reply.path();
            if (reply.has_error()) location = ErrorOf(reply.error());
            FinishWithLocation(request->services, key, location);
            if (!cancel || !location.ok()) return;
            rpc::GetJobRequest which;
            which.set_job_id(request->path.Get("jobid"));
            request->services.dispatcher->CancelJob(which, [](const rpc::CancelReply&) {});
          });
        });
      });
}

void StopJobAction(ActionRequest moved) {
  const SharedRequest request = Share(std::move(moved));
  const StatusOr<Json> body = BodyOf(*request);
  if (!body.ok()) return request->respond(MakeErrorResponse(body.status()));
  const StatusOr<std::string> dir = TextOf(*body, "targetDirectory");
  const StatusOr<bool> drain = BoolOf(*body, "drain");
  for (const Status& status : {dir.status(), drain.status()}) {
    if (!status.ok()) return request->respond(MakeErrorResponse(status));
  }
  WithJob(request, [=, body = *body, dir = *dir, drain = *drain](const JobSnapshot&, const auto&) {
    Trigger(request, "savepoint", TextOf(body, "triggerId"), 202, [&](const std::string& key) {
      rpc::StopRequest asked;
      asked.set_job_id(request->path.Get("jobid"));
      asked.set_savepoint_dir(dir);
      asked.set_drain(drain);
      // When it is on record it is under way; SavepointStatusAction looks how it goes on.
      (void)request->services.operations->Begin(key + "/stop");
      request->services.dispatcher->StopJob(asked, [=](const rpc::StopReply& reply) {
        request->services.snapshots->Forget();
        if (reply.has_error()) {
          FinishWithLocation(request->services, key, ErrorOf(reply.error()));
        } else {
          request->services.operations->Finish(key + "/stop", "");
        }
      });
    });
  });
}

void SavepointStatusAction(ActionRequest moved) {
  const SharedRequest request = Share(std::move(moved));
  WithJob(request, [request](const JobSnapshot& job, const auto&) {
    Operations& operations = *request->services.operations;
    const std::string key = KeyOf("savepoint", *request, request->path.Get("triggerid"));
    const auto result = operations.Find(key);
    const auto stop = operations.Find(key + "/stop");
    const bool stopping = stop.ok() && stop->has_value();  // it is on record
    if (result.ok() && !result->has_value() && stopping) {
      if (const auto outcome = OutcomeOfStop(job)) {
        FinishWithLocation(request->services, key, *outcome);
      }
    }
    RespondWithStatus(*request, "savepoint");
  });
}

void TriggerCheckpointAction(ActionRequest moved) {
  const SharedRequest request = Share(std::move(moved));
  const StatusOr<Json> body = BodyOf(*request);
  if (!body.ok()) return request->respond(MakeErrorResponse(body.status()));
  const StatusOr<std::string> type = TextOf(*body, "checkpointType", "CONFIGURED");
  if (!type.ok()) return request->respond(MakeErrorResponse(type.status()));
  if (*type != "CONFIGURED") {
    return request->respond(MakeErrorResponse(
        400, "checkpointType " + *type +
                 ": checkpoints are taken as the job is configured (CONFIGURED); a whole copy of "
                 "the state is a savepoint"));
  }
  WithJob(request, [=, body = *body](const JobSnapshot&, const auto&) {
    Trigger(request, "checkpoint", TextOf(body, "triggerId"), 202, [&](const std::string& key) {
      request->services.dispatcher->TriggerCheckpoint(
          request->path.Get("jobid"), [request, key](StatusOr<int64_t> id) {
            request->services.snapshots->Forget();
            Operations& operations = *request->services.operations;
            if (!id.ok()) return operations.Fail(key, "failureCause", id.status());
            operations.Finish(key, Dump(Json{{"checkpointId", *id}}));
          });
    });
  });
}

void CheckpointStatusAction(ActionRequest moved) {
  const SharedRequest request = Share(std::move(moved));
  WithJob(request, [request](const JobSnapshot&, const auto&) {
    RespondWithStatus(*request, "checkpoint");
  });
}

void DisposeSavepointAction(ActionRequest moved) {
  const SharedRequest request = Share(std::move(moved));
  const StatusOr<Json> body = BodyOf(*request);
  if (!body.ok()) return request->respond(MakeErrorResponse(body.status()));
  const StatusOr<std::string> path = TextOf(*body, "savepoint-path");
  if (!path.ok() || path->empty()) {
    return request->respond(
        MakeErrorResponse(400, "Field savepoint-path must not be omitted or be null."));
  }
  Trigger(request, "disposal", std::string(), 200, [&](const std::string& key) {
    request->services.dispatcher->DisposeSavepoint(*path, [request, key](const Status& status) {
      Operations& operations = *request->services.operations;
      if (!status.ok()) return operations.Fail(key, "failure-cause", status);
      operations.Finish(key, "{}");
    });
  });
}

void DisposalStatusAction(ActionRequest request) {
  RespondWithStatus(std::move(request), "disposal");
}

namespace {

// A job has one parallelism: the highest that is wanted of a vertex whose own is not fixed.
StatusOr<int32_t> ParallelismWanted(const Json& body, const JobSnapshot& job) {
  int64_t wanted = 0;
  for (const VertexSnapshot& vertex : job.vertices) {
    const auto it = body.find(vertex.id);
    if (it == body.end()) return InvalidArgumentError("vertex " + vertex.id + " is not named");
    const auto bound = [&](const char* name) -> int64_t {
      const Json::json_pointer at(std::string("/parallelism/") + name);
      if (!it->contains(at)) return -1;
      const Json& value = (*it)[at];
      return value.is_number_integer() ? value.get<int64_t>() : -1;
    };
    const int64_t lower = bound("lowerBound");
    const int64_t upper = bound("upperBound");
    if (upper < 1 || upper > INT32_MAX || lower > upper) {
      return InvalidArgumentError("vertex " + vertex.id +
                                  ": parallelism must have a lowerBound and an upperBound of at "
                                  "least 1, the lower not above the upper");
    }
    if (vertex.scales) wanted = std::max(wanted, upper);
  }
  if (body.size() != job.vertices.size()) {
    return InvalidArgumentError("vertices are named that the job does not have");
  }
  // All fixed: whatever is asked for, the job says why not.
  return static_cast<int32_t>(std::max<int64_t>(wanted, 1));
}

}  // namespace

void SetResourceRequirementsAction(ActionRequest moved) {
  const SharedRequest request = Share(std::move(moved));
  const StatusOr<Json> body = BodyOf(*request);
  if (!body.ok()) return request->respond(MakeErrorResponse(body.status()));
  WithJob(request, [=, body = *body](const JobSnapshot& job, const auto&) {
    const StatusOr<int32_t> wanted = ParallelismWanted(body, job);
    if (!wanted.ok()) return request->respond(MakeErrorResponse(wanted.status()));
    rpc::RescaleRequest asked;
    asked.set_job_id(request->path.Get("jobid"));
    asked.set_parallelism(*wanted);
    request->services.dispatcher->RescaleJob(asked, [request](const rpc::RescaleReply& reply) {
      request->services.snapshots->Forget();
      if (reply.has_error()) return request->respond(MakeErrorResponse(ErrorOf(reply.error())));
      request->respond(MakeJsonResponse(200, "{}"));
    });
  });
}

void RescalingAction(ActionRequest request) {
  request.respond(MakeErrorResponse(
      503, "Rescaling by this path is disabled: PUT /jobs/:jobid/resource-requirements instead."));
}

// No job ends because its client has gone: there is nothing to be remembered.
void ClientHeartbeatAction(ActionRequest moved) {
  const SharedRequest request = Share(std::move(moved));
  const StatusOr<Json> body = BodyOf(*request);
  if (!body.ok()) return request->respond(MakeErrorResponse(body.status()));
  WithJob(request, [request](const JobSnapshot&, const auto&) {
    request->respond(MakeJsonResponse(202, "{}"));
  });
}

void SubmitJobGraphAction(ActionRequest request) {
  request.respond(MakeErrorResponse(
      501, "Weir runs SQL, not serialized job graphs: POST a script to /ext/sql/submit."));
}

}  // namespace weir
