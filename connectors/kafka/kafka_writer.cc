#include "connectors/kafka/kafka_writer.h"

namespace weir {

void KafkaUpsertBuffer::Add(const KafkaRecord& record) {
  auto [found, is_new] = by_key_.emplace(*record.key, records_.size());
  if (is_new) {
    records_.push_back(record);
  } else {
    records_[found->second] = record;
  }
}

void KafkaUpsertBuffer::Clear() {
  records_.clear();
  by_key_.clear();
}

StatusOr<std::unique_ptr<SinkWriter>> KafkaWriter::Make(
    std::shared_ptr<const KafkaSinkOptions> options, const TableInfo& table,
    SinkWriterContext context) {
  std::unique_ptr<KafkaWriter> writer(new KafkaWriter(std::move(options), std::move(context)));
  ASSIGN_OR_RETURN(writer->encoder_, KafkaRecordEncoder::Make(table, *writer->options_));
  ASSIGN_OR_RETURN(writer->producer_,
                   KafkaProducer::Make(*writer->options_, writer->context_.identity.subtask,
                                       writer->context_.wake));
  return std::unique_ptr<SinkWriter>(std::move(writer));
}

StatusOr<bool> KafkaWriter::Send(const KafkaRecord& record) {
  ASSIGN_OR_RETURN(bool sent, producer_->Send(record));
  if (sent) return true;
  // What has been delivered meanwhile makes room, and nobody will be woken for it again.
  const size_t before = producer_->in_flight();
  RETURN_IF_ERROR(producer_->TakeReports());
  if (producer_->in_flight() == before) return false;
  return producer_->Send(record);
}

StatusOr<bool> KafkaWriter::WriteRow(size_t row) {
  if (options_->flush_rows > 0 && buffer_.size() >= static_cast<size_t>(options_->flush_rows)) {
    ASSIGN_OR_RETURN(bool sent, SendBuffer());
    if (!sent) return false;
  }
  RETURN_IF_ERROR(encoder_->Encode(row, record_));
  if (options_->flush_rows == 0) return Send(record_);
  if (buffer_.empty()) waiting_since_ = context_.clock->SteadyNow();
  buffer_.Add(record_);
  return true;
}

StatusOr<bool> KafkaWriter::Write(const Batch& batch) {
  RETURN_IF_ERROR(producer_->TakeReports());
  if (next_buffered_ > 0) {
    ASSIGN_OR_RETURN(bool sent, SendBuffer());
    if (!sent) return false;
  }
  encoder_->Begin(batch);
  for (; next_row_ < batch.rows(); ++next_row_) {
    ASSIGN_OR_RETURN(bool taken, WriteRow(next_row_));
    if (!taken) return false;
  }
  next_row_ = 0;
  return true;
}

StatusOr<bool> KafkaWriter::SendBuffer() {
  for (; next_buffered_ < buffer_.size(); ++next_buffered_) {
    ASSIGN_OR_RETURN(bool sent, Send(buffer_[next_buffered_]));
    if (!sent) return false;
  }
  buffer_.Clear();
  next_buffered_ = 0;
  waiting_since_.reset();
  return true;
}

StatusOr<bool> KafkaWriter::Flush() {
  RETURN_IF_ERROR(producer_->TakeReports());
  ASSIGN_OR_RETURN(bool sent, SendBuffer());
  if (!sent) return false;
  if (options_->guarantee == KafkaSinkOptions::Guarantee::kNone) return true;
  return producer_->in_flight() == 0;
}

std::optional<Timestamp> KafkaWriter::FlushDue(Timestamp now) {
  // A failure is kept for the next call that can report it.
  if (!producer_->TakeReports().ok() || !waiting_since_) return std::nullopt;
  const Timestamp due = *waiting_since_ + options_->flush_interval.count();
  if (now < due) return due;
  StatusOr<bool> sent = SendBuffer();
  if (!sent.ok() || *sent) return std::nullopt;
  return now + 5;  // full: look again soon after
}

}  // namespace weir
