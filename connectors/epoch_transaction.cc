#include "connectors/epoch_transaction.h"

#include <utility>

#include "common/base/planted_bug.h"
#include "connectors/sink_epoch.h"

namespace weir {
namespace {

class EpochTransaction final : public SinkTransaction {
 public:
  EpochTransaction(std::unique_ptr<EpochTarget> target, int64_t epoch)
      : target_(std::move(target)), epoch_(epoch) {}

  Status Write(const Batch& batch) override { return target_->Write(batch); }
  Status Commit() override {
    if (Planted("noted-after-the-commit")) {
      RETURN_IF_ERROR(target_->Commit());
      return target_->WriteNote(epoch_);
    }
    RETURN_IF_ERROR(target_->WriteNote(epoch_));
    return target_->Commit();
  }

 private:
  const std::unique_ptr<EpochTarget> target_;
  const int64_t epoch_;
};

}  // namespace

StatusOr<std::unique_ptr<SinkTransaction>> BeginEpoch(std::unique_ptr<EpochTarget> target,
                                                      const SinkEpoch& epoch) {
  int64_t noted = 0;
  if (Planted("note-read-before-the-fence")) {
    ASSIGN_OR_RETURN(noted, target->ReadNote());
    RETURN_IF_ERROR(target->TakeOver());
  } else {
    // What a predecessor may still do must be over before the note can be trusted.
    RETURN_IF_ERROR(target->TakeOver());
    ASSIGN_OR_RETURN(noted, target->ReadNote());
  }
  if (Planted("note-ignored")) noted = epoch.previous;
  ASSIGN_OR_RETURN(EpochState state, CompareEpochs(epoch, noted, target->NoteName()));
  if (state == EpochState::kWritten) return std::unique_ptr<SinkTransaction>();
  RETURN_IF_ERROR(target->Begin());
  return std::unique_ptr<SinkTransaction>(
      std::make_unique<EpochTransaction>(std::move(target), epoch.id));
}

}  // namespace weir
