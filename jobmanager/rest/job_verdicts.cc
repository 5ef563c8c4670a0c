#include "jobmanager/rest/job_verdicts.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "common/data/time_text.h"

namespace weir {
namespace {

// Shares of time.
constexpr double kBackPressured = 0.1;
constexpr double kBusy = 0.8;
// A split that is so far behind the others and has nothing to read is what holds the watermark.
constexpr Timestamp kHeldBackMs = 60'000;

using Vertices = std::vector<VertexPicture>;

std::string Rows(int64_t n) { return fmt::format("{} {}", n, n == 1 ? "row" : "rows"); }
std::string Percent(double share) { return fmt::format("{:.0f} %", share * 100); }
std::string TimeOf(Timestamp millis) {
  std::string out;
  AppendTimestamp(millis * kMicrosPerMilli, 0, ' ', out);
  return out + " UTC";
}
std::string NameOf(const VertexPicture& picture) { return "`" + picture.vertex->name + "`"; }

bool HasUpstream(const JobSnapshot& job, size_t vertex,
                 const std::function<bool(size_t)>& is_wanted) {
  return std::any_of(job.graph->edges().begin(), job.graph->edges().end(),
                     [&](const plan::Edge& edge) {
                       return edge.to_vertex() == vertex && is_wanted(edge.from_vertex());
                     });
}

std::optional<size_t> Busiest(const Vertices& vertices) {
  std::optional<size_t> busiest;
  for (size_t v = 0; v < vertices.size(); ++v) {
    if (!busiest || vertices[v].busy() > vertices[*busiest].busy()) busiest = v;
  }
  return busiest;
}

// ---- Output

struct Sinks {
  int64_t rows = 0;   // that have reached them
  double rate = 0;    // per second, now
  int64_t ahead = 0;  // of the rows: seen when a checkpoint is complete
  std::optional<size_t> stuck;
};

Sinks LookAtSinks(const Vertices& vertices) {
  Sinks sinks;
  for (size_t v = 0; v < vertices.size(); ++v) {
    const VertexPicture& vertex = vertices[v];
    for (int i = 0; i < vertex.plan->chain_size(); ++i) {
      const OperatorKind kind = KindOf(vertex.plan->chain(i));
      if (kind != OperatorKind::kSink && kind != OperatorKind::kCollect) continue;
      sinks.rows += vertex.operator_rows_in[static_cast<size_t>(i)];
      sinks.rate += vertex.operator_rates_in[static_cast<size_t>(i)];
    }
    sinks.ahead += vertex.Counter("numRecordsWrittenAhead");
    if (!vertex.sink_trouble.empty()) sinks.stuck = v;
  }
  return sinks;
}

OutputVerdict Ended(const JobSnapshot& job, const Sinks& sinks) {
  OutputVerdict verdict{.reason = OutputVerdict::kEnded};
  if (job.state == JobState::kFailed) {
    verdict.sentence = "The job has failed: " + job.details.summary().reason();
    verdict.advice = "Mend the cause and submit it again, from its last checkpoint to go on there.";
  } else {
    verdict.sentence = fmt::format("The job {}; {} had reached its sinks.",
                                   job.state == JobState::kCanceled ? "was cancelled" : "has ended",
                                   Rows(sinks.rows));
  }
  return verdict;
}

OutputVerdict NotRunning(const JobSnapshot& job) {
  const std::string& reason = job.details.summary().reason();
  if (job.waits_for_slots) {
    return {.reason = OutputVerdict::kNoSlots,
            .sentence = "The job is " + reason,
            .advice =
                "Start a task manager (`weir taskmanager`), end another job, or submit it "
                "with a lower parallelism."};
  }
  return {.reason = OutputVerdict::kNotRunning,
          .sentence = "Not all of its tasks run" + (reason.empty() ? "." : ": " + reason)};
}

// Of sources that have given nothing (`ever`), or give nothing now.
std::optional<OutputVerdict> NoRecords(const Vertices& vertices, bool ever) {
  std::optional<size_t> quiet;
  for (size_t v = 0; v < vertices.size(); ++v) {
    const VertexPicture& vertex = vertices[v];
    if (!vertex.is_source()) continue;
    if (ever ? vertex.records_in > 0 : vertex.rates.records_in > 0) return std::nullopt;
    if (!quiet || !vertex.source_trouble.empty()) quiet = v;
  }
  if (!quiet) return std::nullopt;
  const VertexPicture& source = vertices[*quiet];
  const std::string& table = source.plan->chain(0).source().table().name();
  OutputVerdict verdict{.reason = OutputVerdict::kNoRecords, .vertex = quiet};
  if (!source.source_trouble.empty()) {
    verdict.sentence = source.source_trouble;
  } else if (const int64_t skipped = source.Counter("numBadRecordsSkipped"); ever && skipped > 0) {
    verdict.sentence = fmt::format(
        "Of table `{}` every record was skipped: {} could not be decoded.", table, skipped);
    verdict.advice =
        "Does the table's format fit what is written? Without 'ignore-parse-errors' "
        "the first bad record is shown.";
  } else if (source.records_waiting.value_or(0) > 0) {
    verdict.sentence = fmt::format("Table `{}` has {} to read and gives none yet.", table,
                                   Rows(*source.records_waiting));
  } else {
    verdict.sentence = fmt::format("Table `{}` has {}: everything that is there has been read{}.",
                                   table, ever ? "given no record yet" : "nothing new",
                                   ever ? "" : ", and what comes is read at once");
    if (ever) {
      verdict.advice =
          "Is anything written there? A start at the latest offset reads only what "
          "comes after the job's start.";
    }
  }
  return verdict;
}

// What keeps event time where it is: a split that says nothing while others go on.
OutputVerdict HeldOrOpen(const Vertices& vertices, size_t at) {
  OutputVerdict verdict{.reason = OutputVerdict::kWindowOpen, .vertex = at};
  const VertexPicture::Split* lowest = nullptr;
  const VertexPicture* source = nullptr;
  Timestamp highest = kMinTimestamp;
  size_t active = 0, all = 0;
  for (const VertexPicture& vertex : vertices) {
    for (const VertexPicture::Split& split : vertex.splits) {
      ++all;
      highest = std::max<Timestamp>(highest, split.metrics.watermark());
      if (split.metrics.idle() || split.metrics.finished()) continue;
      ++active;
      if (lowest != nullptr && lowest->metrics.watermark() <= split.metrics.watermark()) continue;
      lowest = &split;
      source = &vertex;
    }
  }
  const auto watermark = vertices[at].watermark;
  if (all > 0 && active == 0) {
    verdict.reason = OutputVerdict::kWatermarkHeld;
    verdict.sentence = "Every partition is idle, so event time stands still" +
                       (watermark ? " at " + TimeOf(*watermark) : std::string()) +
                       " until a row comes.";
    return verdict;
  }
  const bool silent = lowest != nullptr && lowest->metrics.records_waiting() <= 0;
  const bool behind = lowest != nullptr && highest != kMinTimestamp &&
                      (lowest->metrics.watermark() == kMinTimestamp ||
                       lowest->metrics.watermark() < highest - kHeldBackMs);
  if (silent && behind) {
    verdict.reason = OutputVerdict::kWatermarkHeld;
    verdict.vertex = static_cast<size_t>(source - vertices.data());
    const std::string& table = source->plan->chain(0).source().table().name();
    verdict.sentence =
        lowest->metrics.watermark() == kMinTimestamp
            ? fmt::format(
                  "Partition {} of table `{}` has given no row, so the watermark cannot "
                  "begin.",
                  lowest->metrics.id(), table)
            : fmt::format(
                  "Partition {} of table `{}` gives no rows and holds the watermark at {}; "
                  "others are at {}.",
                  lowest->metrics.id(), table, TimeOf(lowest->metrics.watermark()),
                  TimeOf(highest));
    verdict.advice =
        "SET 'table.exec.source.idle-timeout' = '30 s' lets partitions without rows "
        "hold nobody back.";
    return verdict;
  }
  verdict.sentence = NameOf(vertices[at]) + " waits for its window to end: the watermark is " +
                     (watermark ? "at " + TimeOf(*watermark) + "." : "not there yet.");
  return verdict;
}

bool WaitsForTime(const plan::OperatorNode& node) {
  switch (node.operator_case()) {
    case plan::OperatorNode::kWindowAggregate:
      return node.window_aggregate().phase() != plan::WindowAggregate::LOCAL;
    case plan::OperatorNode::kWindowTableFunction:
      return node.window_table_function().window().kind() == plan::WindowSpec::SESSION;
    case plan::OperatorNode::kDeduplicate:
      return node.deduplicate().row_time() && !node.deduplicate().keep_last();
    default:
      return false;
  }
}

int64_t RowsOutOf(const VertexPicture& vertex, int node) {
  std::optional<int64_t> taken;  // by those that read it within the chain
  for (int child = node + 1; child < vertex.plan->chain_size(); ++child) {
    if (vertex.plan->chain(child).parent() != node) continue;
    taken = std::max(taken.value_or(0), vertex.operator_rows_in[static_cast<size_t>(child)]);
  }
  return taken.value_or(vertex.records_out);
}

OutputVerdict KeepsAll(const Vertices& vertices, size_t at, const plan::OperatorNode& node,
                       int64_t rows) {
  const VertexPicture& vertex = vertices[at];
  OutputVerdict verdict{.vertex = at};
  if (node.has_calc() && node.calc().has_filter()) {
    verdict.reason = OutputVerdict::kAllFiltered;
    verdict.sentence = fmt::format("`{}` has let none of {} pass.", node.name(), Rows(rows));
    verdict.advice = "Does the condition fit the data? A comparison with NULL is never true.";
  } else if (vertex.Counter("numLateRecordsDropped") >= rows) {
    verdict.reason = OutputVerdict::kAllLate;
    verdict.sentence = fmt::format("All of {} came to {} after their windows had ended.",
                                   Rows(rows), NameOf(vertex));
    verdict.advice =
        "Let the table's WATERMARK wait longer for late rows, and look for rows whose "
        "time is far in the future.";
  } else if (WaitsForTime(node)) {
    return HeldOrOpen(vertices, at);
  } else {
    verdict.sentence =
        fmt::format("`{}` has taken {} and given none yet.", node.name(), Rows(rows));
  }
  return verdict;
}

// The first operator that has taken rows and given none.
std::optional<OutputVerdict> FirstThatKeepsAll(const Vertices& vertices) {
  for (size_t v = 0; v < vertices.size(); ++v) {
    const VertexPicture& vertex = vertices[v];
    for (int i = 0; i < vertex.plan->chain_size(); ++i) {
      const plan::OperatorNode& node = vertex.plan->chain(i);
      const int64_t rows = vertex.operator_rows_in[static_cast<size_t>(i)];
      const OperatorKind kind = KindOf(node);
      if (rows == 0 || kind == OperatorKind::kSink || kind == OperatorKind::kCollect) continue;
      if (RowsOutOf(vertex, i) == 0) return KeepsAll(vertices, v, node, rows);
    }
  }
  return std::nullopt;
}

std::optional<size_t> WindowVertex(const Vertices& vertices) {
  for (size_t v = 0; v < vertices.size(); ++v) {
    const auto& chain = vertices[v].plan->chain();
    if (std::any_of(chain.begin(), chain.end(), WaitsForTime)) return v;
  }
  return std::nullopt;
}

OutputVerdict WaitsForCommit(const JobSnapshot& job, const Sinks& sinks) {
  OutputVerdict verdict{.reason = OutputVerdict::kWaitsForCommit};
  const auto& failed = job.checkpoints.last_failed();
  verdict.sentence = fmt::format(
      "{} reached the sinks and become visible when a checkpoint is complete; none has been yet.",
      Rows(sinks.ahead));
  if (job.options.checkpoints.interval.count() == 0) {
    verdict.advice =
        "The job takes no checkpoints: SET 'execution.checkpointing.interval' = '10 s'.";
  } else if (failed) {
    verdict.advice = "The last checkpoint failed: " + failed->failure;
  } else {
    verdict.advice =
        fmt::format("One begins every {} s.",
                    static_cast<double>(job.options.checkpoints.interval.count()) / 1000);
  }
  return verdict;
}

bool AllRun(const JobSnapshot& job) {
  for (const VertexSnapshot& vertex : job.vertices) {
    for (const TaskRecord& task : vertex.subtasks) {
      if (task.state != SubtaskState::kRunning && task.state != SubtaskState::kFinished) {
        return false;
      }
    }
  }
  return job.state == JobState::kRunning;
}

}  // namespace

PaceVerdict JudgePace(const JobSnapshot& job, const Vertices& vertices) {
  if (job.state != JobState::kRunning) return {std::nullopt, "The job does not run."};
  const auto pressed = [&](size_t v) { return vertices[v].back_pressured() > kBackPressured; };
  // The last that others wait for, and that waits for nobody.
  for (size_t v = vertices.size(); v-- > 0;) {
    if (pressed(v) || !HasUpstream(job, v, pressed)) continue;
    double waiting = 0;
    for (const plan::Edge& edge : job.graph->edges()) {
      if (edge.to_vertex() != v) continue;
      waiting = std::max(waiting, vertices[edge.from_vertex()].back_pressured());
    }
    const bool busy = vertices[v].busy() > kBusy;
    return {v, fmt::format("{} holds the job back: {}; what feeds it waits {} of its time.",
                           NameOf(vertices[v]),
                           busy ? "it is busy " + Percent(vertices[v].busy()) + " of the time"
                                : "it waits for the outside",
                           Percent(waiting))};
  }
  const std::optional<size_t> busiest = Busiest(vertices);
  if (!busiest) return {std::nullopt, "The job has no vertices."};
  const VertexPicture& one = vertices[*busiest];
  if (one.busy() > kBusy) {
    const bool reads = one.is_source() && one.records_waiting.value_or(0) > 0;
    return {busiest, fmt::format("{} sets the pace: it is busy {} of the time{}.", NameOf(one),
                                 Percent(one.busy()),
                                 reads ? " and " + Rows(*one.records_waiting) + " wait" : "")};
  }
  return {std::nullopt,
          fmt::format("Nothing holds it back; {} is the busiest, with {} of its time.", NameOf(one),
                      Percent(one.busy()))};
}

OutputVerdict JudgeOutput(const JobSnapshot& job, const Vertices& vertices) {
  const Sinks sinks = LookAtSinks(vertices);
  if (IsGloballyTerminal(job.state)) return Ended(job, sinks);
  if (job.waits_for_slots || !AllRun(job)) return NotRunning(job);
  if (sinks.stuck) {
    return {.reason = OutputVerdict::kSinkRefuses,
            .vertex = sinks.stuck,
            .sentence = vertices[*sinks.stuck].sink_trouble};
  }
  if (sinks.rows == 0) {
    if (auto verdict = NoRecords(vertices, /*ever=*/true)) return *verdict;
    if (auto verdict = FirstThatKeepsAll(vertices)) return *verdict;
    return {.sentence = "No row has reached a sink yet."};
  }
  if (sinks.ahead > 0 && !job.checkpoints.last_completed() && !job.restored) {
    return WaitsForCommit(job, sinks);
  }
  if (sinks.rate > 0) {
    return {.reason = OutputVerdict::kFlows,
            .sentence = fmt::format("{} have reached the sinks, {:.0f} a second now.",
                                    Rows(sinks.rows), sinks.rate)};
  }
  const std::string so_far = fmt::format(" So far {} came out.", Rows(sinks.rows));
  std::optional<OutputVerdict> verdict;
  if (const auto window = WindowVertex(vertices)) verdict = HeldOrOpen(vertices, *window);
  // That nothing comes is why a window stays open, but not why a watermark is held.
  if (!verdict || verdict->reason == OutputVerdict::kWindowOpen) {
    if (auto nothing = NoRecords(vertices, /*ever=*/false)) verdict = std::move(nothing);
  }
  if (!verdict) verdict = OutputVerdict{.sentence = "Nothing has come out in the last second."};
  verdict->sentence += so_far;
  return *verdict;
}

const char* ReasonName(OutputVerdict::Reason reason) {
  switch (reason) {
    case OutputVerdict::kFlows:
      return "FLOWS";
    case OutputVerdict::kEnded:
      return "ENDED";
    case OutputVerdict::kNoSlots:
      return "NO_SLOTS";
    case OutputVerdict::kNotRunning:
      return "NOT_RUNNING";
    case OutputVerdict::kNoRecords:
      return "NO_RECORDS";
    case OutputVerdict::kSinkRefuses:
      return "SINK_REFUSES";
    case OutputVerdict::kAllFiltered:
      return "ALL_FILTERED";
    case OutputVerdict::kAllLate:
      return "ALL_LATE";
    case OutputVerdict::kWatermarkHeld:
      return "WATERMARK_HELD";
    case OutputVerdict::kWindowOpen:
      return "WINDOW_OPEN";
    case OutputVerdict::kWaitsForCommit:
      return "WAITS_FOR_COMMIT";
    case OutputVerdict::kUnknown:
      break;
  }
  return "UNKNOWN";
}

}  // namespace weir
