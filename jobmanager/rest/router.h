#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "common/base/status.h"
#include "common/http/http_server.h"
#include "jobmanager/job_snapshot.h"
#include "jobmanager/rest/rest_options.h"

namespace weir {

class Dispatcher;
class Operations;
class SnapshotCache;

// What stood in the place of ":name" in a path.
class PathValues {
 public:
  void Add(std::string_view name, std::string value) {
    values_.emplace_back(name, std::move(value));
  }
  const std::string& Get(std::string_view name) const;  // CHECKs that the pattern has it

 private:
  std::vector<std::pair<std::string_view, std::string>> values_;
};

// A view: from what the cluster is like to a JSON body. Pure. Its error becomes the status code:
// not found 404, invalid argument 400, failed precondition 409, unimplemented 501, ...
struct ViewRequest {
  const ClusterSnapshot& cluster;
  const PathValues& path;
  const HttpRequest& http;
};
using View = StatusOr<std::string>(const ViewRequest&);

// What actions work with.
struct RestServices {
  Dispatcher* dispatcher = nullptr;
  Operations* operations = nullptr;
  SnapshotCache* snapshots = nullptr;
  std::function<void(std::function<void()>)> run_aside;            // what takes a moment
  std::function<void(Duration, std::function<void()>)> run_after;  // HttpServer::RunAfter
  std::function<void()> shut_down;            // the job manager, a moment later
  std::map<std::string, std::string> config;  // of the job manager, for people
  RowsToJson rows_to_json;                    // null: nobody encodes rows
};

// Something that is done, or is not in the snapshot: answers when it likes, once.
struct ActionRequest {
  const RestServices& services;
  PathValues path;
  HttpRequest http;
  HttpServer::Respond respond;
};
using Action = void(ActionRequest);

struct Route {
  enum Effect { kReads, kChanges };  // kChanges: not for other people's web pages
  std::string_view method;
  std::string_view pattern;  // "/jobs/:jobid"
  std::variant<View*, Action*> handler;
  Effect effect = method == "GET" ? kReads : kChanges;
};

struct Match {
  const Route* route = nullptr;  // null: there is nothing there
  PathValues path;
};
// The first of `routes` that fits, so that "/jobs/overview" stands before "/jobs/:jobid". A first
// segment "v1" counts for nothing.
Match FindRoute(const std::vector<Route>& routes, const HttpRequest& request);

// Flink's shape of an error: {"errors": [...]}.
HttpResponse MakeErrorResponse(int status, const std::string& text);
HttpResponse MakeErrorResponse(const Status& error);
HttpResponse MakeJsonResponse(int status, std::string body);

}  // namespace weir
