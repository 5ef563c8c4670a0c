#include "jobmanager/rest/live_stream.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "jobmanager/dispatcher.h"
#include "jobmanager/rest/actions.h"
#include "jobmanager/rest/routes.h"
#include "jobmanager/rest/shapes.h"
#include "jobmanager/rest/snapshot_cache.h"
#include "jobmanager/rest/views.h"
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
    if (name == "path") stream->watched_.push_back(Watch(value));
  }
  if (stream->watched_.empty() || stream->watched_.size() > kMostPaths) {
    return InvalidArgumentError("say by ?path=... what to watch, once to " +
                                std::to_string(kMostPaths) + " times");
  }
  if (AcceptsGzip(request)) stream->gzip_.emplace();
  return stream;
}

LiveStream::Watched LiveStream::Watch(const std::string& path) {
  Watched watched{.path = path};
  watched.http.method = "GET";
  if (Status status = ParseTarget(path, &watched.http); !status.ok()) {
    watched.what = std::move(status);
    return watched;
  }
  Match match = FindRoute(RestRoutes(), watched.http);
  watched.values = std::move(match.path);
  if (match.route == nullptr) {
    watched.what = NotFoundError("Not found: " + path);
  } else if (const auto* view = std::get_if<View*>(&match.route->handler)) {
    watched.what = *view;
  } else {
    Action* action = std::get<Action*>(match.route->handler);
    const bool log = action == &JobManagerLogAction || action == &TaskManagerLogAction;
    const bool of_task_manager =
        action == &TaskManagerLogAction || action == &TaskManagerStdoutAction;
    if (log || of_task_manager || action == &JobManagerStdoutAction) {
      watched.what = Output{.stream = log ? rpc::OutputQuery::LOG : rpc::OutputQuery::STDOUT,
                            .of_task_manager = of_task_manager};
    } else {
      watched.what = InvalidArgumentError("path " + path + " cannot be watched");
    }
  }
  return watched;
}

void LiveStream::Next(HttpResponse::TakePiece take) {
  services_.run_aside([weak = weak_from_this(), take = std::move(take)]() mutable {
    const auto self = weak.lock();
    if (!self) return;
    self->take_ = std::move(take);
    self->Flush();
    if (!self->take_ || self->looking_) return;
    const Timestamp now = Clock::Real().SteadyNow();
    const Timestamp due =
        self->looked_at_ == kMinTimestamp ? now : self->looked_at_ + kInterval.count();
    self->LookIn(Duration(std::max<Timestamp>(0, due - now)));
  });
}

void LiveStream::LookIn(Duration delay) {
  looking_ = true;
  services_.run_after(delay, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->Look();
  });
}

void LiveStream::Look() {
  services_.snapshots->Get(
      [weak = weak_from_this()](std::shared_ptr<const ClusterSnapshot> cluster) {
        const auto self = weak.lock();
        if (!self) return;
        self->services_.run_aside([weak, cluster = std::move(cluster)] {
          const auto stream = weak.lock();
          if (!stream) return;
          stream->looking_ = false;
          stream->looked_at_ = Clock::Real().SteadyNow();
          stream->Render(*cluster);
          if (stream->events_.empty() && stream->looked_at_ - stream->sent_at_ >= kStillHereMs) {
            stream->events_ = ": still here\n\n";
          }
          stream->Flush();
          if (stream->take_) stream->LookIn(kInterval);
        });
      });
}

void LiveStream::Render(const ClusterSnapshot& cluster) {
  for (size_t i = 0; i < watched_.size(); ++i) {
    Watched& one = watched_[i];
    HttpResponse response;
    if (const auto* why_not = std::get_if<Status>(&one.what)) {
      response = MakeErrorResponse(*why_not);
    } else if (auto* const* view = std::get_if<View*>(&one.what)) {
      const StatusOr<std::string> answer = (**view)({cluster, one.values, one.http});
      response = answer.ok() ? HttpResponse{.body = *answer} : MakeErrorResponse(answer.status());
    } else {
      Ask(i, cluster);
      continue;
    }
    Push(one, response.status, response.body);
  }
}

void LiveStream::Ask(size_t which, const ClusterSnapshot& cluster) {
  Watched& one = watched_[which];
  auto& output = std::get<Output>(one.what);
  if (output.asked) return;
  rpc::ReadOutputRequest wanted;
  wanted.set_process(kJobManagerProcess);
  if (output.of_task_manager) {
    const auto found = FindTaskManager({cluster, one.values, one.http});
    if (!found.ok()) return TakeOutput(which, found.status());
    wanted.set_process(one.values.Get("taskmanagerid"));
  }
  rpc::OutputQuery* query = wanted.mutable_query();
  query->set_stream(output.stream);
  query->set_max_bytes(kMostLogBytes);
  query->set_after(output.next);
  if (const std::string* job = one.http.FindQuery("job")) query->set_job_id(*job);
  output.asked = true;
  services_.dispatcher->ReadOutput(
      std::move(wanted), [weak = weak_from_this(), which](StatusOr<rpc::OutputText> text) {
        const auto self = weak.lock();
        if (!self) return;
        self->services_.run_aside([weak, which, text = std::move(text)] {
          const auto stream = weak.lock();
          if (!stream) return;
          stream->TakeOutput(which, text);
          stream->Flush();
        });
      });
}

void LiveStream::TakeOutput(size_t which, const StatusOr<rpc::OutputText>& output) {
  Watched& one = watched_[which];
  auto& state = std::get<Output>(one.what);
  state.asked = false;
  if (!output.ok()) {
    const HttpResponse response = MakeErrorResponse(output.status());
    return Push(one, response.status, response.body);
  }
  if (output->failure().code() != 0) {  // told where the text would be, as a GET of it does
    state.next = 0;                     // the text that may follow is whole again
    return Push(one, 200, Dump(nlohmann::json(output->failure().message() + "\n")));
  }
  const bool append = state.next > 0;
  state.next = output->next();
  if (append && output->text().empty()) return;
  std::string text;
  if (output->lost() > 0) {
    text = "(" + std::to_string(output->lost()) + " lines between are kept no longer)\n";
  }
  one.last.reset();  // the same line twice is two lines
  Push(one, 200, Dump(nlohmann::json(text + output->text())), append);
}

void LiveStream::Push(Watched& one, int status, const std::string& body, bool append) {
  const uint64_t hash = Xxh64::Hash(body, static_cast<uint64_t>(status));
  if (one.last == hash) return;
  one.last = hash;
  // Bodies have no line breaks: they are Dump's.
  events_ += "data: {\"path\":" + Dump(nlohmann::json(one.path)) +
             ",\"status\":" + std::to_string(status) + (append ? ",\"append\":true" : "") +
             ",\"body\":" + body + "}\n\n";
}

void LiveStream::Flush() {
  if (!take_ || events_.empty()) return;
  sent_at_ = Clock::Real().SteadyNow();
  const std::string events = std::exchange(events_, {});
  std::exchange(take_, nullptr)(gzip_ ? gzip_->Compress(events) : events);
}

void StreamAction(ActionRequest request) {
  const auto stream = LiveStream::Make(request.services, request.http);
  if (!stream.ok()) return request.respond(MakeErrorResponse(stream.status()));
  HttpResponse response{.content_type = "text/event-stream"};
  response.headers.emplace_back("Cache-Control", "no-store");
  response.headers.emplace_back("X-Accel-Buffering", "no");
  if ((*stream)->compressed()) response.headers.emplace_back("Content-Encoding", "gzip");
  response.next_piece = [stream = *stream](HttpResponse::TakePiece take) {
    stream->Next(std::move(take));
  };
  request.respond(std::move(response));
}

}  // namespace weir
