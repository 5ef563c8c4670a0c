#pragma once

#include <cstdint>
#include <string>

#include "bench/limits/event.h"

namespace weir::limits {

struct Topic {
  std::string bootstrap;
  std::string name;
  int partitions = 4;
  int64_t events = 0;  // the first so many; event i is in partition i % partitions
};

// Writes the events, compressed with lz4.
int64_t Produce(const Topic& topic, double millis_per_event);

// How far each event is taken: its bytes only; three fields parsed; count and sum by key and
// tumbling window updated.
enum class Work { kConsume, kParse, kAggregate };

// The way of an event at its cheapest: rd_kafka_consume_batch_queue and nothing that is not needed.
int64_t ReadTopic(const Topic& topic, Work work, Key key, int64_t window_ms);

}  // namespace weir::limits
