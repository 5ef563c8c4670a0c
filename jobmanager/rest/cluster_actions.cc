#include <memory>
#include <nlohmann/json.hpp>

#include "common/base/secrets.h"
#include "jobmanager/dispatcher.h"
#include "jobmanager/rest/actions.h"
#include "jobmanager/rest/shapes.h"
#include "jobmanager/rest/snapshot_cache.h"
#include "jobmanager/rest/views.h"

namespace weir {
namespace {

constexpr Duration kAnswerFirst{100};  // before the server goes

using Json = nlohmann::ordered_json;
using Stream = rpc::OutputQuery::Stream;
using GotText = std::function<void(StatusOr<std::string>)>;

// There are these two, by these names and no others: no name is ever taken for a path.
constexpr char kLogName[] = "weir.log";
constexpr char kStdoutName[] = "weir.out";

void RespondWithText(const HttpServer::Respond& respond, const StatusOr<std::string>& text) {
  if (!text.ok()) return respond(MakeErrorResponse(text.status()));
  respond({.body = *text, .headers = {{"Cache-Control", "no-cache"}}});
}

StatusOr<Stream> StreamOf(const std::string& name) {
  if (name == kLogName) return rpc::OutputQuery::LOG;
  if (name == kStdoutName) return rpc::OutputQuery::STDOUT;
  return NotFoundError("There is no log file " + name + ".");
}

Json LogFile(const char* name, const std::string& text, Timestamp now) {
  return {{"name", name}, {"size", text.size()}, {"mtime", now}};
}

void RespondWithList(const HttpServer::Respond& respond, const std::string& log,
                     const std::string& out) {
  const Timestamp now = Clock::Real().WallNow();
  respond(
      MakeJsonResponse(200, Dump(Json{{"logs", Json::array({LogFile(kLogName, log, now),
                                                            LogFile(kStdoutName, out, now)})}})));
}

// What a process has printed. Of its log only lines about one job, where "?job=" names it.
void Read(const SharedRequest& request, const std::string& process, Stream stream, GotText got) {
  rpc::ReadOutputRequest wanted;
  wanted.set_process(process);
  wanted.mutable_query()->set_stream(stream);
  wanted.mutable_query()->set_max_bytes(kMostLogBytes);
  if (const std::string* job = request->http.FindQuery("job")) {
    wanted.mutable_query()->set_job_id(*job);
  }
  request->services.dispatcher->ReadOutput(
      std::move(wanted), [got = std::move(got)](StatusOr<rpc::OutputText> output) {
        if (!output.ok()) return got(std::move(output).status());
        // That there is nothing to be read is told where it would be.
        const bool none = output->failure().code() != 0;
        got(none ? output->failure().message() + "\n" : output->text());
      });
}

// Of a task manager that is there: else it answers that there is none.
void ReadTaskManager(const SharedRequest& request, Stream stream, GotText got) {
  request->services.snapshots->Get(
      [request, stream, got](std::shared_ptr<const ClusterSnapshot> cluster) {
        const auto found = FindTaskManager({*cluster, request->path, request->http});
        if (!found.ok()) return got(found.status());
        Read(request, request->path.Get("taskmanagerid"), stream, got);
      });
}

void ReadJobManager(const SharedRequest& request, Stream stream, GotText got) {
  Read(request, kJobManagerProcess, stream, std::move(got));
}

using ReadProcess = void(const SharedRequest&, Stream, GotText);

void RespondWith(ReadProcess* read, ActionRequest moved, const StatusOr<Stream>& stream) {
  const SharedRequest request = Share(std::move(moved));
  if (!stream.ok()) return request->respond(MakeErrorResponse(stream.status()));
  read(request, *stream,
       [request](const StatusOr<std::string>& text) { RespondWithText(request->respond, text); });
}

void RespondWithLogs(ReadProcess* read, ActionRequest moved) {
  const SharedRequest request = Share(std::move(moved));
  read(request, rpc::OutputQuery::LOG, [read, request](const StatusOr<std::string>& log) {
    if (!log.ok()) return request->respond(MakeErrorResponse(log.status()));
    read(request, rpc::OutputQuery::STDOUT,
         [request, log = *log](const StatusOr<std::string>& out) {
           if (!out.ok()) return request->respond(MakeErrorResponse(out.status()));
           RespondWithList(request->respond, log, *out);
         });
  });
}

}  // namespace

void ShutDownAction(ActionRequest request) {
  request.respond(MakeJsonResponse(200, "{}"));
  request.services.run_after(kAnswerFirst, request.services.shut_down);
}

void JobManagerConfigAction(ActionRequest request) {
  Json out = Json::array();
  for (const auto& [key, value] : request.services.config) {
    out.push_back({{"key", key}, {"value", ShownOption(key, value)}});
  }
  request.respond(MakeJsonResponse(200, Dump(out)));
}

void JobManagerLogsAction(ActionRequest request) {
  RespondWithLogs(&ReadJobManager, std::move(request));
}

void JobManagerLogFileAction(ActionRequest request) {
  const StatusOr<Stream> stream = StreamOf(request.path.Get("filename"));
  RespondWith(&ReadJobManager, std::move(request), stream);
}

void JobManagerLogAction(ActionRequest request) {
  RespondWith(&ReadJobManager, std::move(request), rpc::OutputQuery::LOG);
}

void JobManagerStdoutAction(ActionRequest request) {
  RespondWith(&ReadJobManager, std::move(request), rpc::OutputQuery::STDOUT);
}

void TaskManagerLogsAction(ActionRequest request) {
  RespondWithLogs(&ReadTaskManager, std::move(request));
}

void TaskManagerLogFileAction(ActionRequest request) {
  const StatusOr<Stream> stream = StreamOf(request.path.Get("filename"));
  RespondWith(&ReadTaskManager, std::move(request), stream);
}

void TaskManagerLogAction(ActionRequest request) {
  RespondWith(&ReadTaskManager, std::move(request), rpc::OutputQuery::LOG);
}

void TaskManagerStdoutAction(ActionRequest request) {
  RespondWith(&ReadTaskManager, std::move(request), rpc::OutputQuery::STDOUT);
}

}  // namespace weir
