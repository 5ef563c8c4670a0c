#pragma once

#include <cstdint>
#include <string>

#include "connectors/connector.h"

namespace weir {

enum class EpochState { kToWrite, kWritten };

// What the epoch that the target notes as its last (0: it notes none) says about one that is to be
// written. kDataLoss, with the way back, where it fits neither: the note is gone, the target was
// set back, or the job was. `note` names where it stands, for the message.
StatusOr<EpochState> CompareEpochs(const SinkEpoch& epoch, int64_t noted, const std::string& note);

}  // namespace weir
