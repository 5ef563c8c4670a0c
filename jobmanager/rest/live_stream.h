#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "jobmanager/rest/router.h"

namespace weir {

// What several views answer, pushed to one client: each again when it has changed, at most once a
// second, as server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html).
// Looks at nothing while the client has not taken the last events away, and ends with its owner,
// the answer's body.
class LiveStream : public std::enable_shared_from_this<LiveStream> {
 public:
  // Of the queries named "path". Invalid argument: none, too many, or one that is no view.
  // `services` outlive it.
  static StatusOr<std::shared_ptr<LiveStream>> Make(const RestServices& services,
                                                    const HttpRequest& request);

  // HttpResponse::next_piece.
  void Next(HttpResponse::TakePiece take);

 private:
  struct Watched {
    std::string path;  // as it was asked for
    View* view;
    PathValues values;
    HttpRequest http;
    uint64_t last = 0;  // hash of what was sent
    bool sent = false;
  };

  explicit LiveStream(const RestServices& services) : services_(services) {}
  Status Add(const std::string& path);
  void LookIn(Duration delay, HttpResponse::TakePiece take);
  void Look(HttpResponse::TakePiece take);
  std::string Render(const ClusterSnapshot& cluster);

  const RestServices& services_;
  std::vector<Watched> watched_;
  Timestamp looked_at_ = kMinTimestamp;  // Clock::SteadyNow
  Timestamp sent_at_ = kMinTimestamp;
};

}  // namespace weir
