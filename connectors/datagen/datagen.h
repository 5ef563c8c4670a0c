#pragma once

#include "connectors/connector.h"

namespace weir {

// 'connector' = 'datagen': rows made up at a rate.
//
// A cell depends only on its column and the row's number, so that a job that goes on from a
// checkpoint makes the same rows again (but for DATE, TIME and TIMESTAMP without a sequence, which
// are the present less 'max-past'). One split, so rows come in order; 'scan.parallelism' = n makes
// n splits that take turns. Bounded with 'number-of-rows' or a field of kind 'sequence'.
Connector DatagenConnector();

}  // namespace weir
