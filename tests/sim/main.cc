// simulation --seed S            one run, with its trace if it goes wrong
// simulation --seeds N [--from F]  N runs; the first that goes wrong ends them
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <string>

#include "common/base/logging.h"
#include "tests/sim/simulation.h"
#include "tests/sim/simulator.h"

namespace {

int Usage() {
  std::cerr << "usage: simulation (--seed S [--trace] | --seeds N [--from F])\n";
  return 2;
}

void Print(const weir::sim::Report& report) {
  for (const std::string& line : report.trace) std::cout << line << "\n";
}

// False when the run went wrong; it is repeated with a trace then.
bool RunOne(uint64_t seed, bool trace) {
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

}  // namespace

int main(int argc, char** argv) {
  uint64_t seed = 0, seeds = 0, from = 1;
  bool one = false, trace = false;
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
    } else if (arg == "--trace") {
      trace = true;
    } else {
      return Usage();
    }
  }
  weir::SetLogLevel(trace ? weir::LogLevel::kInfo : weir::LogLevel::kError);
  if (trace) weir::sim::Simulator::EchoTrace();
  if (one) return RunOne(seed, trace) ? 0 : 1;
  if (seeds == 0) return Usage();
  const auto start = std::chrono::steady_clock::now();
  for (uint64_t s = from; s < from + seeds; ++s) {
    if (!RunOne(s, false)) return 1;
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  std::cout << seeds << " seeds right in " << seconds.count() << " s\n";
  return 0;
}
