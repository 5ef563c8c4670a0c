#include "connectors/kafka/kafka_handles.h"

#include <librdkafka/rdkafka.h>

namespace weir::rdkafka {

void Destroyer::operator()(rd_kafka_AdminOptions_s* options) const {
  rd_kafka_AdminOptions_destroy(options);
}
void Destroyer::operator()(const struct rd_kafka_metadata* metadata) const {
  rd_kafka_metadata_destroy(metadata);
}
void Destroyer::operator()(rd_kafka_op_s* event) const { rd_kafka_event_destroy(event); }
void Destroyer::operator()(rd_kafka_queue_s* queue) const { rd_kafka_queue_destroy(queue); }
void Destroyer::operator()(rd_kafka_topic_partition_list_s* list) const {
  rd_kafka_topic_partition_list_destroy(list);
}
void Destroyer::operator()(rd_kafka_topic_s* topic) const { rd_kafka_topic_destroy(topic); }

}  // namespace weir::rdkafka
