#include <utility>

#include "jobmanager/dispatcher.h"

// What people ask of the state of running jobs.

namespace weir {
namespace {

constexpr Timestamp kStatePatienceMs = 10'000;

rpc::StateReply Refused(const Status& why) {
  rpc::StateReply reply;
  *reply.mutable_error() = ToSqlError(why);
  return reply;
}

}  // namespace

void Dispatcher::ReadState(rpc::StateRequest request, std::function<void(rpc::StateReply)> done) {
  loop_->Post([this, request = std::move(request), done] {
    const Found found = Find(request.job_id());
    if (found.error) {
      rpc::StateReply reply;
      *reply.mutable_error() = *found.error;
      return done(std::move(reply));
    }
    const auto it = jobs_.find(found.job_id);
    if (it == jobs_.end() || IsGloballyTerminal(it->second->master().graph().state())) {
      return done(Refused(FailedPreconditionError("job " + found.job_id +
                                                  " is over: only the "
                                                  "state of tasks that run can be read")));
    }
    StatusOr<StateQuery> query = StateQuery::Make(request, it->second->graph());
    if (!query.ok()) return done(Refused(query.status()));
    const int64_t number = ++last_reading_;
    StateReading& reading = state_readings_.try_emplace(number, *std::move(query)).first->second;
    reading.job_id = found.job_id;
    reading.give_up_at = Now() + kStatePatienceMs;
    reading.done = done;
    AskForState(number, reading.query.Begin());
  });
}

void Dispatcher::AskForState(int64_t number, StateQuery::Questions questions) {
  StateReading& reading = state_readings_.at(number);
  const auto job = jobs_.find(reading.job_id);
  for (auto& [task, question] : questions) {
    const SlotId* slot = nullptr;
    if (job != jobs_.end()) slot = job->second->master().graph().slot(task);
    if (slot == nullptr) {
      return AnswerState(number, UnavailableError("the job's tasks do not run now: ask again once "
                                                  "it is RUNNING"));
    }
    const ExecutionGraph& graph = job->second->master().graph();
    const int64_t request = ++last_reading_;
    state_questions_[request] = {number, task, slot->task_manager};
    question.set_epoch(epoch().value());
    question.set_job_id(reading.job_id);
    question.set_attempt(graph.attempt().value());
    question.set_vertex(static_cast<uint32_t>(task.vertex.value()));
    question.set_subtask(static_cast<uint32_t>(task.subtask));
    question.set_request(request);
    rpc::JobManagerMessage message;
    *message.mutable_read_state() = std::move(question);
    Send(slot->task_manager, std::move(message));
  }
  if (reading.query.done()) AnswerState(number, OkStatus());
}

void Dispatcher::OnStatePage(const rpc::StatePage& page) {
  const auto it = state_questions_.find(page.request());
  if (it == state_questions_.end()) return;  // given up
  const StateQuestion asked = it->second;
  state_questions_.erase(it);
  auto further = state_readings_.at(asked.reading).query.OnAnswer(asked.task, page);
  if (!further.ok()) return AnswerState(asked.reading, further.status());
  AskForState(asked.reading, *std::move(further));
}

void Dispatcher::AnswerState(int64_t number, const Status& status) {
  const auto it = state_readings_.find(number);
  StateReading reading = std::move(it->second);
  state_readings_.erase(it);
  std::erase_if(state_questions_,
                [&](const auto& asked) { return asked.second.reading == number; });
  reading.done(status.ok() ? reading.query.TakeReply() : Refused(status));
}

void Dispatcher::GiveUpReadingState(Timestamp now, std::optional<TaskManagerId> lost) {
  std::map<int64_t, Status> given_up;
  for (const auto& [request, asked] : state_questions_) {
    const StateReading& reading = state_readings_.at(asked.reading);
    const std::string who = reading.query.NameOf(asked.task);
    if (asked.task_manager == lost) {
      given_up.emplace(asked.reading, UnavailableError(who + ": its task manager is lost"));
    } else if (reading.give_up_at <= now) {
      given_up.emplace(asked.reading,
                       DeadlineExceededError(who + " has not answered within " +
                                             std::to_string(kStatePatienceMs / 1000) +
                                             " s: it begins just now, is in the middle of a long "
                                             "step, or its machine is overloaded; ask again"));
    }
  }
  for (const auto& [number, why] : given_up) AnswerState(number, why);
}

}  // namespace weir
