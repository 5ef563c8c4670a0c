// simulation --seed S              one run, with its trace if it goes wrong
// simulation --seeds N [--from F]  N runs; the first that goes wrong ends them
// Where bugs are planted (simulation_planted):
//   --plant BUG                    with one of them
//   --every-plant                  each of them has to be found within --seeds runs
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iomanip>
#include <iostream>
#include <string>
#include <string_view>

#include "common/base/logging.h"
#include "tests/sim/simulation.h"
#include "tests/sim/simulator.h"

#ifdef WEIR_PLANT
namespace weir {
std::string planted;
bool Planted(std::string_view bug) { return bug == planted; }
}  // namespace weir
#endif

namespace {

// Seeds that found a bug once. They mean something else after each change of the simulation, and
// cost little.
constexpr uint64_t kFound[] = {2,    163,  283,  711,   1557,  1582,  1611, 1935,
                               2103, 2113, 5043, 11622, 16754, 36880, 52655};

#ifdef WEIR_PLANT
// Mistakes that somebody could make, each compiled in at its place: Planted("...").
constexpr const char* kPlants[] = {
    // barriers and time
    "rows-behind-the-barrier", "fastest-input-tells-the-time", "barrier-passes-before-the-flush",
    "positions-taken-late", "deadlines-by-the-wall-clock",
    // checkpoints and their files
    "published-without-a-snapshot", "late-snapshot-counts", "failed-publication-counts",
    "renamed-before-synced", "snapshot-not-synced", "name-not-synced", "files-deleted-at-once",
    "files-deleted-under-a-savepoint", "savepoint-not-synced", "savepoint-answered-before-its-copy",
    // restoring
    "key-group-lost", "timers-not-restored", "splits-read-again", "read-before-it-is-recorded",
    // commits
    "committed-before-published", "commits-overtake", "failed-commit-counts",
    "commits-forgotten-on-restore", "uncommitted-not-carried-on", "finished-before-the-last-commit",
    // rows written ahead
    "rows-of-a-failed-checkpoint-forgotten", "refused-rows-forgotten", "chains-of-others-dropped",
    "note-ignored", "note-read-before-the-fence", "noted-after-the-commit",
    // who may speak
    "old-leader-publishes",
    // what nobody needs
    "leftovers-stay", "attempts-leave-files", "given-up-files-stay"};
#endif

int Usage() {
  std::cerr << "usage: simulation (--seed S [--trace] | --seeds N [--from F])\n";
  return 2;
}

void Print(const weir::sim::Report& report) {
  for (const std::string& line : report.trace) std::cout << line << "\n";
}

uint64_t running_seed = 0;

// A CHECK that fails in the middle of a run says of which seed it was.
void SaySeed(int) {
  char text[64];
  const int size = std::snprintf(text, sizeof(text), "again: simulation --seed %llu\n",
                                 static_cast<unsigned long long>(running_seed));
  (void)!write(2, text, static_cast<size_t>(size));
}

// False when the run went wrong; it is repeated with a trace then.
bool RunOne(uint64_t seed, bool trace) {
  running_seed = seed;
  weir::sim::Report report = weir::sim::RunSimulation(seed, trace);
  if (report.violation && !trace) {
    const std::string found = *report.violation;
    report = weir::sim::RunSimulation(seed, true);
    if (report.violation != found) {
      std::cout << "NOT REPEATABLE: without a trace: " << found << "\n";
    }
  }
  if (!trace && report.violation) Print(report);
  if (!report.violation) {
    if (trace) {
      std::cout << "seed " << seed << " right after " << report.virtual_ms << " ms, "
                << report.steps << " steps: " << report.scenario << "\n";
    }
    return true;
  }
  std::cout << "seed " << seed << " WRONG: " << *report.violation << "\n"
            << "  scenario: " << report.scenario << "\n"
            << "  again: simulation --seed " << seed << "\n";
  return false;
}

#ifdef WEIR_PLANT
// In a process of its own: a bug may also be found by a CHECK that stops it.
bool IsFound(const char* bug, uint64_t seeds) {
  auto* const seed = static_cast<uint64_t*>(
      mmap(nullptr, sizeof(uint64_t), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  const pid_t child = fork();
  if (child == 0) {
    const int null = open("/dev/null", O_WRONLY);
    dup2(null, 1);
    dup2(null, 2);
    weir::planted = bug;
    for (*seed = 1; *seed <= seeds; ++*seed) {
      if (weir::sim::RunSimulation(*seed, false).violation) _exit(1);
    }
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  const bool found = !WIFEXITED(status) || WEXITSTATUS(status) != 0;
  std::cout << std::left << std::setw(40) << bug;
  if (found) {
    std::cout << "found after " << *seed << (*seed == 1 ? " seed" : " seeds")
              << (WIFEXITED(status) ? "" : ", by a CHECK") << std::endl;
  } else {
    std::cout << "NOT FOUND" << std::endl;
  }
  munmap(seed, sizeof(uint64_t));
  return found;
}

int FindEveryPlant(uint64_t seeds) {
  int missed = 0;
  for (const char* bug : kPlants) missed += IsFound(bug, seeds) ? 0 : 1;
  return missed == 0 ? 0 : 1;
}
#endif

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGABRT, SaySeed);
  uint64_t seed = 0, seeds = 0, from = 1;
  bool one = false, trace = false;
  [[maybe_unused]] bool every_plant = false;
  for (int i = 1; i < argc; ++i) {
    const std::string arg = argv[i];
    const auto number = [&] { return i + 1 < argc ? std::strtoull(argv[++i], nullptr, 10) : 0; };
    if (arg == "--seed") {
      seed = number();
      one = true;
    } else if (arg == "--seeds") {
      seeds = number();
    } else if (arg == "--from") {
      from = number();
#ifdef WEIR_PLANT
    } else if (arg == "--plant" && i + 1 < argc) {
      weir::planted = argv[++i];
    } else if (arg == "--every-plant") {
      every_plant = true;
#endif
    } else if (arg == "--trace") {
      trace = true;
    } else {
      return Usage();
    }
  }
  weir::SetLogLevel(trace ? weir::LogLevel::kInfo : weir::LogLevel::kError);
  if (trace) weir::sim::Simulator::EchoTrace();
#ifdef WEIR_PLANT
  if (every_plant) return FindEveryPlant(seeds);
#endif
  if (one) return RunOne(seed, trace) ? 0 : 1;
  if (seeds == 0) return Usage();
  const auto start = std::chrono::steady_clock::now();
  for (uint64_t s : kFound) {
    if (!RunOne(s, false)) return 1;
  }
  for (uint64_t s = from; s < from + seeds; ++s) {
    if (!RunOne(s, false)) return 1;
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  std::cout << seeds << " seeds right in " << seconds.count() << " s\n";
  return 0;
}
