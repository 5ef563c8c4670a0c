#include "connectors/sink_epoch.h"

namespace weir {

StatusOr<EpochState> CompareEpochs(const SinkEpoch& epoch, int64_t noted, const std::string& note) {
  if (noted == epoch.previous) return EpochState::kToWrite;
  if (noted >= epoch.id) return EpochState::kWritten;
  const std::string id = std::to_string(epoch.id), previous = std::to_string(epoch.previous);
  const std::string where = "the rows of checkpoint " + id + " of the sink " + epoch.sink_uid +
                            ", subtask " + std::to_string(epoch.subtask) + ": " + note + " ";
  const std::string way_back = "; find out whether the target has them, set the note to " + id +
                               " if it has and to " + previous +
                               " if it has not, and restart the job";
  if (noted == 0) {
    return DataLossError(where + "is gone, which should say " + previous + way_back);
  }
  if (noted < epoch.previous) {
    return DataLossError(where + "says " + std::to_string(noted) + ", although " + previous +
                         " was written: the target was set back" + way_back);
  }
  return DataLossError(where + "says " + std::to_string(noted) +
                       ", of which the job knows nothing after " + previous +
                       ": the job was set back behind what it had written" + way_back);
}

}  // namespace weir
