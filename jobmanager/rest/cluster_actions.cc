#include <memory>
#include <nlohmann/json.hpp>

#include "common/base/logging.h"
#include "common/base/process_output.h"
#include "common/config/option_reader.h"
#include "jobmanager/dispatcher.h"
#include "jobmanager/rest/actions.h"
#include "jobmanager/rest/shapes.h"
#include "jobmanager/rest/snapshot_cache.h"
#include "jobmanager/rest/views.h"

namespace weir {
namespace {

using Json = nlohmann::ordered_json;
using Stream = rpc::ReadOutput::Stream;
using GotText = std::function<void(StatusOr<std::string>)>;

// There are these two, by these names and no others: no name is ever taken for a path.
constexpr char kLogName[] = "weir.log";
constexpr char kStdoutName[] = "weir.out";
constexpr int64_t kMostText = 4 << 20;

void RespondWithText(const HttpServer::Respond& respond, const StatusOr<std::string>& text) {
  if (!text.ok()) return respond(MakeErrorResponse(text.status()));
  respond({.body = *text, .headers = {{"Cache-Control", "no-cache"}}});
}

StatusOr<Stream> StreamOf(const std::string& name) {
  if (name == kLogName) return rpc::ReadOutput::LOG;
  if (name == kStdoutName) return rpc::ReadOutput::STDOUT;
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

std::string ReadOwn(Stream stream) {
  return stream == rpc::ReadOutput::LOG ? ReadLogTail(kMostText) : ReadStandardOutput(kMostText);
}

void RespondWithOwn(ActionRequest request, Stream stream) {
  request.services.run_aside([stream, respond = std::move(request.respond)] {
    RespondWithText(respond, ReadOwn(stream));
  });
}

// Of a task manager that is there: else it answers that there is none.
void ReadTaskManager(const std::shared_ptr<const ActionRequest>& request, Stream stream,
                     GotText got) {
  request->services.snapshots->Get(
      [request, stream, got](std::shared_ptr<const ClusterSnapshot> cluster) {
        const auto found = FindTaskManager({*cluster, request->path, request->http});
        if (!found.ok()) return got(found.status());
        request->services.dispatcher->ReadOutput(request->path.Get("taskmanagerid"), stream,
                                                 kMostText, got);
      });
}

void RespondWithTaskManagers(ActionRequest moved, Stream stream) {
  const auto request = std::make_shared<const ActionRequest>(std::move(moved));
  ReadTaskManager(request, stream, [request](const StatusOr<std::string>& text) {
    RespondWithText(request->respond, text);
  });
}

}  // namespace

void ShutDownAction(ActionRequest request) {
  request.respond(MakeJsonResponse(200, "{}"));
  request.services.shut_down();
}

void JobManagerConfigAction(ActionRequest request) {
  Json out = Json::array();
  for (const auto& [key, value] : request.services.config) {
    out.push_back({{"key", key}, {"value", ShownOption(key, value)}});
  }
  request.respond(MakeJsonResponse(200, Dump(out)));
}

void JobManagerLogsAction(ActionRequest request) {
  request.services.run_aside([respond = std::move(request.respond)] {
    RespondWithList(respond, ReadOwn(rpc::ReadOutput::LOG), ReadOwn(rpc::ReadOutput::STDOUT));
  });
}

void JobManagerLogFileAction(ActionRequest request) {
  const StatusOr<Stream> stream = StreamOf(request.path.Get("filename"));
  if (!stream.ok()) return request.respond(MakeErrorResponse(stream.status()));
  RespondWithOwn(std::move(request), *stream);
}

void JobManagerLogAction(ActionRequest request) {
  RespondWithOwn(std::move(request), rpc::ReadOutput::LOG);
}

void JobManagerStdoutAction(ActionRequest request) {
  RespondWithOwn(std::move(request), rpc::ReadOutput::STDOUT);
}

void TaskManagerLogsAction(ActionRequest moved) {
  const auto request = std::make_shared<const ActionRequest>(std::move(moved));
  ReadTaskManager(request, rpc::ReadOutput::LOG, [request](const StatusOr<std::string>& log) {
    if (!log.ok()) return request->respond(MakeErrorResponse(log.status()));
    ReadTaskManager(request, rpc::ReadOutput::STDOUT,
                    [request, log = *log](const StatusOr<std::string>& out) {
                      if (!out.ok()) return request->respond(MakeErrorResponse(out.status()));
                      RespondWithList(request->respond, log, *out);
                    });
  });
}

void TaskManagerLogFileAction(ActionRequest request) {
  const StatusOr<Stream> stream = StreamOf(request.path.Get("filename"));
  if (!stream.ok()) return request.respond(MakeErrorResponse(stream.status()));
  RespondWithTaskManagers(std::move(request), *stream);
}

void TaskManagerLogAction(ActionRequest request) {
  RespondWithTaskManagers(std::move(request), rpc::ReadOutput::LOG);
}

void TaskManagerStdoutAction(ActionRequest request) {
  RespondWithTaskManagers(std::move(request), rpc::ReadOutput::STDOUT);
}

}  // namespace weir
