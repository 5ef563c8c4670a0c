#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "common/http/gzip_body.h"
#include "jobmanager/rest/router.h"
#include "proto/control.pb.h"

namespace weir {

// What several paths answer, pushed to one client as server-sent events
// (https://html.spec.whatwg.org/multipage/server-sent-events.html). A view comes again when it has
// changed, at most once a second; of what a process prints comes what it has printed since. A path
// that is neither is answered with its error, once; the others go on. Looks at nothing while the
// client has not taken the last events away, and ends with its owner, the answer's body.
class LiveStream : public std::enable_shared_from_this<LiveStream> {
 public:
  // Of the queries named "path". Invalid argument: none, or too many. `services` outlive it.
  static StatusOr<std::shared_ptr<LiveStream>> Make(const RestServices& services,
                                                    const HttpRequest& request);

  // HttpResponse::next_piece.
  void Next(HttpResponse::TakePiece take);
  bool compressed() const { return gzip_.has_value(); }

 private:
  // The log or the standard output of a process.
  struct Output {
    rpc::OutputQuery::Stream stream;
    bool of_task_manager;
    bool asked = false;  // and not answered yet
    int64_t next = 0;    // what is behind that place has not been sent
  };
  struct Watched {
    std::string path;  // as it was asked for
    PathValues values;
    HttpRequest http;
    std::variant<Status, View*, Output> what;  // Status: why it cannot be watched
    std::optional<uint64_t> last;              // hash of what was sent
  };

  explicit LiveStream(const RestServices& services) : services_(services) {}
  static Watched Watch(const std::string& path);
  void LookIn(Duration delay);
  void Look();
  void Render(const ClusterSnapshot& cluster);
  void Ask(size_t which, const ClusterSnapshot& cluster);
  void TakeOutput(size_t which, const StatusOr<rpc::OutputText>& output);
  void Push(Watched& one, int status, const std::string& body, bool append = false);
  void Flush();

  const RestServices& services_;
  // All of this is touched by one piece of RestServices::run_aside after the other.
  std::vector<Watched> watched_;
  std::optional<GzipBody> gzip_;
  std::string events_;                   // not taken yet
  HttpResponse::TakePiece take_;         // null: the client is at the last events
  bool looking_ = false;                 // or about to
  Timestamp looked_at_ = kMinTimestamp;  // Clock::SteadyNow
  Timestamp sent_at_ = kMinTimestamp;
};

}  // namespace weir
