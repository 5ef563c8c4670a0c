#include "jobmanager/rest/live_stream.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "jobmanager/rest/actions.h"
#include "jobmanager/rest/routes.h"
#include "jobmanager/rest/shapes.h"
#include "jobmanager/rest/snapshot_cache.h"
#include "state/xxh64.h"

namespace weir {
namespace {

constexpr Duration kInterval{1000};
constexpr Timestamp kStillHereMs = 15'000;  // so that proxies do not take it for dead
constexpr size_t kMostPaths = 16;

}  // namespace

StatusOr<std::shared_ptr<LiveStream>> LiveStream::Make(const RestServices& services,
                                                       const HttpRequest& request) {
  std::shared_ptr<LiveStream> stream(new LiveStream(services));
  for (const auto& [name, value] : request.query) {
    if (name == "path") RETURN_IF_ERROR(stream->Add(value));
  }
  if (stream->watched_.empty() || stream->watched_.size() > kMostPaths) {
    return InvalidArgumentError("say by ?path=... what to watch, once to " +
                                std::to_string(kMostPaths) + " times");
  }
  return stream;
}

Status LiveStream::Add(const std::string& path) {
  Watched watched{.path = path};
  watched.http.method = "GET";
  RETURN_IF_ERROR(ParseTarget(path, &watched.http));
  Match match = FindRoute(RestRoutes(), watched.http);
  if (match.route == nullptr || !std::holds_alternative<View*>(match.route->handler)) {
    return InvalidArgumentError("path " + path + " cannot be watched");
  }
  watched.view = std::get<View*>(match.route->handler);
  watched.values = std::move(match.path);
  watched_.push_back(std::move(watched));
  return OkStatus();
}

void LiveStream::Next(HttpResponse::TakePiece take) {
  const Timestamp now = Clock::Real().SteadyNow();
  const Timestamp due = looked_at_ == kMinTimestamp ? now : looked_at_ + kInterval.count();
  LookIn(Duration(std::max<Timestamp>(0, due - now)), std::move(take));
}

void LiveStream::LookIn(Duration delay, HttpResponse::TakePiece take) {
  services_.run_after(delay, [weak = weak_from_this(), take = std::move(take)]() mutable {
    if (const auto self = weak.lock()) self->Look(std::move(take));
  });
}

void LiveStream::Look(HttpResponse::TakePiece take) {
  looked_at_ = Clock::Real().SteadyNow();
  services_.snapshots->Get([weak = weak_from_this(), take = std::move(take)](
                               std::shared_ptr<const ClusterSnapshot> cluster) {
    const auto self = weak.lock();
    if (!self) return;
    self->services_.run_aside([weak, take, cluster = std::move(cluster)] {
      const auto stream = weak.lock();
      if (!stream) return;
      std::string events = stream->Render(*cluster);
      const Timestamp now = Clock::Real().SteadyNow();
      if (events.empty() && now - stream->sent_at_ >= kStillHereMs) events = ": still here\n\n";
      if (events.empty()) return stream->LookIn(kInterval, take);
      stream->sent_at_ = now;
      take(std::move(events));
    });
  });
}

std::string LiveStream::Render(const ClusterSnapshot& cluster) {
  std::string events;
  for (Watched& one : watched_) {
    const StatusOr<std::string> answer = one.view({cluster, one.values, one.http});
    const HttpResponse response =
        answer.ok() ? HttpResponse{.body = *answer} : MakeErrorResponse(answer.status());
    const uint64_t hash = Xxh64::Hash(response.body, static_cast<uint64_t>(response.status));
    if (one.sent && hash == one.last) continue;
    one.sent = true;
    one.last = hash;
    // Bodies have no line breaks: they are Dump's.
    events += "data: {\"path\":" + Dump(nlohmann::json(one.path)) +
              ",\"status\":" + std::to_string(response.status) + ",\"body\":" + response.body +
              "}\n\n";
  }
  return events;
}

void StreamAction(ActionRequest request) {
  const auto stream = LiveStream::Make(request.services, request.http);
  if (!stream.ok()) return request.respond(MakeErrorResponse(stream.status()));
  HttpResponse response{.content_type = "text/event-stream"};
  response.headers.emplace_back("Cache-Control", "no-store");
  response.headers.emplace_back("X-Accel-Buffering", "no");
  response.next_piece = [stream = *stream](HttpResponse::TakePiece take) {
    stream->Next(std::move(take));
  };
  request.respond(std::move(response));
}

}  // namespace weir
