#include "taskmanager/barrier_aligner.h"

#include <gtest/gtest.h>

#include <set>
#include <sstream>
#include <string>
#include <tuple>

namespace weir {
namespace {

// Script words: "cN" = barrier N on channel c ("01": channel 0, barrier 1), "cE" = end of channel
// c, "xN" = cancel N, "tN" = trigger N. Output per step: "." nothing, "-N" aborted, "+N" snapshot;
// then the blocked channels in brackets.
std::string RunBarriers(int channels, const std::string& script) {
  BarrierAligner aligner(channels);
  std::istringstream in(script);
  std::string step, out;
  while (in >> step) {
    BarrierAligner::Decision d;
    const int number = step[1] - '0';
    if (step[0] == 'x') {
      d = aligner.OnCancel(CheckpointId(number));
    } else if (step[0] == 't') {
      d = aligner.OnTrigger(CheckpointId(number));
    } else if (step[1] == 'E') {
      d = aligner.OnEndOfInput(step[0] - '0');
    } else {
      d = aligner.OnBarrier(step[0] - '0', CheckpointId(number));
    }
    if (!out.empty()) out += " ";
    if (d.aborted) out += "-" + std::to_string(d.aborted->value());
    if (d.snapshot) out += "+" + std::to_string(d.snapshot->value());
    if (!d.aborted && !d.snapshot) out += ".";
    std::string blocked;
    for (int c = 0; c < channels; ++c) {
      if (aligner.IsBlocked(c)) blocked += std::to_string(c);
    }
    if (!blocked.empty()) out += "[" + blocked + "]";
  }
  return out;
}

struct BarrierCase {
  const char* name;
  int channels;
  const char* script;
  const char* want;
};

class BarrierAlignerTest : public testing::TestWithParam<BarrierCase> {};

TEST_P(BarrierAlignerTest, Script) {
  EXPECT_EQ(RunBarriers(GetParam().channels, GetParam().script), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    All, BarrierAlignerTest,
    testing::Values(
        BarrierCase{"one_channel", 1, "01 02", "+1 +2"},
        BarrierCase{"two_channels", 2, "01 11 12 02", ".[0] +1 .[1] +2"},
        BarrierCase{"source", 0, "t1 t2", "+1 +2"},
        BarrierCase{"trigger_twice", 0, "t1 t1", "+1 ."},
        BarrierCase{"cancel_before_the_trigger", 0, "x1 t1 t2", ". . +2"},
        BarrierCase{"ended_channel_is_aligned", 2, "0E 11", ". +1"},
        BarrierCase{"end_completes_an_alignment", 2, "01 1E", ".[0] +1"},
        BarrierCase{"trigger_when_all_ended", 2, "0E 1E t1", ". . +1"},
        BarrierCase{"trigger_after_the_barrier_was_taken", 2, "01 1E 0E t1", ".[0] +1 . ."},
        BarrierCase{"newer_barrier_aborts_the_older", 2, "01 12 02", ".[0] -1[1] +2"},
        BarrierCase{"newer_barrier_aborts_and_completes", 2, "0E 11 12", ". +1 +2"},
        BarrierCase{"older_barrier_behind_a_newer_is_ignored", 2, "02 11 12", ".[0] .[0] +2"},
        BarrierCase{"cancel_while_aligning", 2, "01 x1 11 02 12", ".[0] -1 . .[0] +2"},
        BarrierCase{"cancel_twice", 2, "01 x1 x1", ".[0] -1 ."},
        BarrierCase{"cancel_before_the_first_barrier", 2, "x1 01 11 02 12", ". . . .[0] +2"},
        BarrierCase{"cancel_after_completion", 2, "01 11 x1 02 12", ".[0] +1 . .[0] +2"},
        BarrierCase{"cancel_of_an_older_one_leaves_the_newer", 2, "01 12 x1 02",
                    ".[0] -1[1] .[1] +2"},
        BarrierCase{"cancel_of_a_newer_one_ends_the_older", 2, "01 x2 11 03 13",
                    ".[0] -1 . .[0] +3"}),
    [](const auto& info) { return info.param.name; });

TEST(BarrierAlignerDeathTest, BrokenInvariantsStopTheProcess) {
  BarrierAligner aligner(2);
  aligner.OnBarrier(0, CheckpointId(3));
  EXPECT_DEATH(aligner.OnBarrier(0, CheckpointId(4)), "blocked channel");
  EXPECT_DEATH(aligner.OnEndOfInput(0), "blocked channel");
  EXPECT_DEATH(aligner.OnTrigger(CheckpointId(5)), "live inputs");
  aligner.OnBarrier(1, CheckpointId(3));
  EXPECT_DEATH(aligner.OnBarrier(0, CheckpointId(3)), "after 3");
  EXPECT_DEATH(aligner.OnBarrier(0, CheckpointId(2)), "after 3");
  aligner.OnEndOfInput(0);
  EXPECT_DEATH(aligner.OnEndOfInput(0), "ended twice");
  EXPECT_DEATH(aligner.OnBarrier(0, CheckpointId(9)), "after its end");
}

// Model check. Each channel carries rows, some barriers of 1..K in order, and an end; cancels
// arrive in order at any moment. Every interleaving that a caller who respects IsBlocked can
// produce is walked. Whenever a snapshot is due, each channel must have been read exactly up to its
// barrier, or to its end when it carried no such barrier.
class Model {
 public:
  // carries[c][k]: channel c carries barrier k+1. cancels: bit k = checkpoint k+1 is cancelled.
  Model(std::vector<std::vector<bool>> carries, int checkpoints, int cancels)
      : carries_(std::move(carries)), checkpoints_(checkpoints) {
    for (int k = 0; k < checkpoints; ++k) {
      if (cancels >> k & 1) cancels_.push_back(k + 1);
    }
    for (const auto& channel : carries_) {
      std::vector<int> elements;  // 0 = a row, k = barrier k, -1 = end
      for (int k = 1; k <= checkpoints; ++k) {
        elements.push_back(0);
        if (channel[k - 1]) elements.push_back(k);
      }
      elements.push_back(0);
      elements.push_back(-1);
      elements_.push_back(elements);
    }
  }

  // The number of distinct states walked; fails the test on the first violation.
  size_t Walk() {
    State start{BarrierAligner(static_cast<int>(elements_.size())),
                std::vector<int>(elements_.size(), 0), 0, 0};
    Visit(start);
    return seen_.size();
  }

 private:
  struct State {
    BarrierAligner aligner;
    std::vector<int> read;  // elements consumed per channel
    int cancelled;
    int taken;  // bit k-1: snapshot k was taken
  };

  void Visit(const State& state) {
    if (testing::Test::HasFailure()) return;
    // Together these determine the aligner: it is a function of what it was told.
    std::string key;
    for (int r : state.read) key += static_cast<char>('0' + r);
    key += static_cast<char>('a' + state.cancelled);
    key += static_cast<char>('A' + state.taken);
    key += static_cast<char>('0' + state.aligner.aligning().value_or(CheckpointId(0)).value());
    for (size_t c = 0; c < elements_.size(); ++c) key += state.aligner.IsBlocked(c) ? 'b' : '-';
    if (!seen_.insert(key).second) return;

    bool moved = false;
    for (size_t c = 0; c < elements_.size(); ++c) {
      if (state.read[c] == static_cast<int>(elements_[c].size())) continue;
      if (state.aligner.IsBlocked(c)) continue;
      moved = true;
      State next = state;
      const int element = elements_[c][next.read[c]++];
      if (element > 0) Check(next, next.aligner.OnBarrier(c, CheckpointId(element)));
      if (element < 0) Check(next, next.aligner.OnEndOfInput(c));
      Visit(next);
    }
    if (state.cancelled < static_cast<int>(cancels_.size())) {
      moved = true;
      State next = state;
      const CheckpointId id(cancels_[next.cancelled++]);
      Check(next, next.aligner.OnCancel(id));
      EXPECT_FALSE(next.aligner.aligning() == id);
      EXPECT_EQ(next.aligner.OnCancel(id), BarrierAligner::Decision{}) << "not idempotent";
      Visit(next);
    }
    if (!moved) CheckEnd(state);
  }

  void Check(State& state, const BarrierAligner::Decision& decision) {
    if (!decision.snapshot) return;
    const int id = static_cast<int>(decision.snapshot->value());
    EXPECT_FALSE(state.taken >> (id - 1) & 1) << "snapshot " << id << " taken twice";
    EXPECT_EQ(state.taken >> (id - 1), 0) << "snapshot " << id << " after a newer one";
    state.taken |= 1 << (id - 1);
    for (int k = 0; k < state.cancelled; ++k) EXPECT_NE(cancels_[k], id) << "cancelled";
    for (size_t c = 0; c < elements_.size(); ++c) {
      const int last = elements_[c][state.read[c] - 1];
      if (carries_[c][id - 1]) {
        EXPECT_EQ(last, id) << "channel " << c << " was read to another place than its barrier";
      } else {
        EXPECT_EQ(last, -1) << "channel " << c << " has neither a barrier nor ended";
      }
      EXPECT_FALSE(state.aligner.IsBlocked(c));
    }
  }

  // Nothing can move: every channel was read to its end, and what every channel carried and nobody
  // cancelled was taken.
  void CheckEnd(const State& state) {
    EXPECT_TRUE(state.aligner.AllEnded()) << "a channel stayed blocked for ever";
    for (int k = 1; k <= checkpoints_; ++k) {
      bool everywhere = true;
      for (size_t c = 0; c < elements_.size(); ++c) {
        for (int j = 0; j < checkpoints_; ++j) everywhere = everywhere && carries_[c][j];
      }
      bool cancelled = false;
      for (int x : cancels_) cancelled = cancelled || x >= k;
      if (everywhere && !cancelled) {
        EXPECT_TRUE(state.taken >> (k - 1) & 1) << "lost " << k;
      }
    }
  }

  std::vector<std::vector<bool>> carries_;
  int checkpoints_;
  std::vector<int> cancels_;
  std::vector<std::vector<int>> elements_;
  std::set<std::string> seen_;
};

TEST(BarrierAlignerModelTest, AllInterleavings) {
  size_t states = 0;
  for (int channels = 1; channels <= 3; ++channels) {
    for (int checkpoints = 1; checkpoints <= 3; ++checkpoints) {
      const int bits = channels * checkpoints;
      for (int carried = 0; carried < 1 << bits; ++carried) {
        std::vector<std::vector<bool>> carries(channels, std::vector<bool>(checkpoints));
        for (int b = 0; b < bits; ++b) carries[b / checkpoints][b % checkpoints] = carried >> b & 1;
        // Every set of cancels where all barriers flow; without cancels and all for the others.
        const bool all = carried == (1 << bits) - 1;
        for (int cancels = 0; cancels < 1 << checkpoints; ++cancels) {
          if (!all && channels == 3 && cancels != 0 && cancels != 2) continue;
          states += Model(carries, checkpoints, cancels).Walk();
          ASSERT_FALSE(HasFailure())
              << channels << " channels, carried " << carried << " cancels " << cancels;
        }
      }
    }
  }
  EXPECT_GT(states, 100000u);
}

}  // namespace
}  // namespace weir
