#include "jobmanager/rest/rest_server.h"

#include <utility>

#include "common/http/access_token.h"
#include "common/http/http_server.h"
#include "jobmanager/dispatcher.h"
#include "jobmanager/io_strand.h"
#include "jobmanager/rest/operations.h"
#include "jobmanager/rest/origin.h"
#include "jobmanager/rest/routes.h"
#include "jobmanager/rest/snapshot_cache.h"

namespace weir {
namespace {

// How old an answer may be: pages ask many things at once, every few seconds.
constexpr Duration kFreshness{250};

class RealRestServer : public RestServer {
 public:
  RealRestServer(Dispatcher* dispatcher, RestOptions options)
      : options_(std::move(options)),
        operations_(Clock::Real()),
        snapshots_([dispatcher](SnapshotCache::Got got) { dispatcher->Snapshot(std::move(got)); },
                   Clock::Real(), kFreshness) {
    services_ = {.dispatcher = dispatcher,
                 .operations = &operations_,
                 .snapshots = &snapshots_,
                 .run_aside = [this](std::function<void()> work) { RunAside(std::move(work)); },
                 .run_after =
                     [this](Duration delay, std::function<void()> work) {
                       server_->RunAfter(delay, std::move(work));
                     },
                 .shut_down = options_.shut_down,
                 .config = options_.config,
                 .rows_to_json = options_.rows_to_json};
  }
  ~RealRestServer() override { Stop(); }

  Status Listen() {
    if (!IsLoopback(options_.bind_address) && options_.token_hash.empty()) {
      return InvalidArgumentError(
          "the REST interface is not served on " + options_.bind_address +
          ", which others can reach, without a token: make one with `weir token create FILE` and "
          "name the file by --rest-token-file");
    }
    ASSIGN_OR_RETURN(server_,
                     HttpServer::Start({.bind_address = options_.bind_address,
                                        .port = options_.port,
                                        .certificate_file = options_.certificate_file,
                                        .key_file = options_.key_file,
                                        .make_error =
                                            [](int status, const std::string& text) {
                                              return MakeErrorResponse(status, text);
                                            }},
                                       [this](HttpRequest request, HttpServer::Respond respond) {
                                         Handle(std::move(request), std::move(respond));
                                       }));
    return OkStatus();
  }

  int port() const override { return server_->port(); }
  void Stop() override {
    if (server_) server_->Stop();
  }

 private:
  void RunAside(std::function<void()> work) {
    renderer_.Submit([work = std::move(work)] {
      work();
      return true;
    });
  }

  const HttpFile* FindFile(const HttpRequest& request) const {
    std::string path;
    for (const std::string& segment : request.segments) path += "/" + segment;
    if (path.empty()) path = "/index.html";
    for (const HttpFile& file : options_.page) {
      if (file.path == path) return &file;
    }
    return nullptr;
  }

  Status CheckAccess(const HttpRequest& request, const Route* route) const {
    const bool changes = route != nullptr && route->effect == Route::kChanges;
    if (options_.token_hash.empty()) return CheckOrigin(request, changes);
    const std::string* authorization = request.FindHeader("authorization");
    if (authorization != nullptr && authorization->starts_with("Bearer ") &&
        IsToken(authorization->substr(7), options_.token_hash)) {
      return CheckSameOrigin(request, changes);
    }
    return UnauthenticatedError("a token is needed: Authorization: Bearer TOKEN");
  }

  void Handle(HttpRequest request, HttpServer::Respond respond) {
    Match match = FindRoute(RestRoutes(), request);
    // The page holds no secret: it asks for the token itself.
    if (match.route == nullptr && request.method == "GET") {
      if (const HttpFile* file = FindFile(request)) return respond(ServeFile(*file, request));
    }
    if (Status denied = CheckAccess(request, match.route); !denied.ok()) {
      return respond(MakeErrorResponse(denied));
    }
    if (match.route == nullptr) {
      std::string path;
      for (const std::string& segment : request.segments) path += "/" + segment;
      return respond(MakeErrorResponse(404, "Not found: " + (path.empty() ? "/" : path)));
    }
    if (const auto* action = std::get_if<Action*>(&match.route->handler)) {
      return (*action)({services_, std::move(match.path), std::move(request), std::move(respond)});
    }
    auto rendering = std::make_shared<const Rendering>(
        Rendering{std::get<View*>(match.route->handler), std::move(match.path), std::move(request),
                  std::move(respond)});
    snapshots_.Get([this, rendering](std::shared_ptr<const ClusterSnapshot> cluster) {
      Render(rendering, std::move(cluster), /*look_again=*/true);
    });
  }

  struct Rendering {
    View* view;
    PathValues path;
    HttpRequest http;
    HttpServer::Respond respond;
  };
  // May take milliseconds: neither the dispatcher nor the connections wait for it.
  void Render(std::shared_ptr<const Rendering> what, std::shared_ptr<const ClusterSnapshot> cluster,
              bool look_again) {
    RunAside([this, what = std::move(what), cluster = std::move(cluster), look_again] {
      const StatusOr<std::string> body = what->view({*cluster, what->path, what->http});
      if (body.status().code() == StatusCode::kNotFound && look_again) {
        return snapshots_.GetNewer(cluster, [this, what](auto newer) {
          Render(what, std::move(newer), /*look_again=*/false);
        });
      }
      HttpResponse response =
          body.ok() ? MakeJsonResponse(200, *body) : MakeErrorResponse(body.status());
      response.headers.emplace_back("Access-Control-Allow-Origin", "*");
      what->respond(std::move(response));
    });
  }

  const RestOptions options_;
  std::unique_ptr<HttpServer> server_;  // stopped before anything goes; the last to go
  Operations operations_;
  SnapshotCache snapshots_;
  RestServices services_;
  IoStrand renderer_;
};

}  // namespace

StatusOr<std::unique_ptr<RestServer>> RestServer::Start(Dispatcher* dispatcher,
                                                        RestOptions options) {
  auto server = std::make_unique<RealRestServer>(dispatcher, std::move(options));
  RETURN_IF_ERROR(server->Listen());
  return StatusOr<std::unique_ptr<RestServer>>(std::move(server));
}

}  // namespace weir
