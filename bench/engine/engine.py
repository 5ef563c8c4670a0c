#!/usr/bin/env python3
"""What the engine costs on a real cluster with a real Kafka and PostgreSQL, beside what the machine can do at best.

  engine.py [--weir BINARY] [--limits BINARY] [--cases a,b] [--events N] [--rounds R] [--output table|json]

Each round runs every loop of bench/limits and every case once; a case's share is its limit's CPU per event through its
own, in the same round; shown are medians. CPU is of the job manager and the task managers, from /proc, over the bounded
run. Events are 180-byte JSON in an lz4 topic of four partitions. Build: cmake --build build/release --target weir limits.
"""

import argparse
import json
import os
import statistics
import sys

import report
from bench_cluster import ROOT, BenchCluster
from harness import run_scenario
from processes import Problem

import cases
import startup


def chosen_cases(text):
    names = [case.name for case in cases.CASES]
    wanted = [name for name in text.split(",") if name] if text is not None else names
    for name in wanted:
        if name not in names:
            raise Problem(f"there is no case {name}; there are: {', '.join(names)}")
    return [case for case in cases.CASES if case.name in wanted]


def chosen_loops(wanted_cases, only_needed):
    if not only_needed:
        return list(cases.LOOPS)
    needed = {case.limit for case in wanted_cases} | {"upsert" for case in wanted_cases if case.table}
    return [name for name in cases.LOOPS if name in needed]


def limit_us(case, loops, run):
    """The least CPU that an event of the case could cost, in microseconds: its loop's and, where rows go to
    PostgreSQL, those rows' share of the upsert loop."""
    us = 1e6 / loops[case.limit]["events_per_cpu_s"]
    if case.table:
        us += 1e6 / loops["upsert"]["events_per_cpu_s"] * run["rows"] / run["events"]
    return us


def middle(runs, key):
    return statistics.median(run[key] for run in runs)


def summary(case, runs):
    last = runs[-1]
    out = {"case": case.name, "title": case.title, "events": last["events"],
           "events_per_cpu_s": round(statistics.median(run["events"] / run["cpu_s"] for run in runs)),
           "us_per_event": middle(runs, "us"), "share": middle(runs, "share"),
           "shares": [run["share"] for run in runs], "target": case.target or None,
           "wall_s": middle(runs, "wall_s"),
           "peak_mb": {name: max(run["peak_mb"][name] for run in runs) for name in last["peak_mb"]},
           "cpu_s_by_process": last["cpu_s_by_process"]}
    if case.checkpoint_s:
        out["checkpoints"] = last["checkpoints"]
    if case.table:
        out["rows"] = last["rows"]
    return out


def measure(cluster, arguments):
    wanted = chosen_cases(arguments.cases)
    loops = chosen_loops(wanted, arguments.cases is not None)
    long = max(arguments.long_events if case.long else arguments.events for case in wanted) if wanted else 0
    cluster.start(task_managers=arguments.task_managers, slots=arguments.parallelism)
    # Two windows over the events of most cases, more over the longer part.
    span_s = 2 * arguments.window_s * max(long, arguments.events) / arguments.events
    cluster.produce_events(max(long, arguments.events), span_s)
    runs = {case.name: [] for case in wanted}
    rates = {name: [] for name in loops}
    for number in range(arguments.rounds):
        of_round = {}
        for name in loops:
            of_round[name] = cluster.run_loop(name, arguments.events, arguments.window_s)
            rates[name].append(of_round[name])
        for case in wanted:
            events = arguments.long_events if case.long else arguments.events
            run = cluster.run_case(case, events, arguments.window_s, arguments.parallelism)
            run["us"] = run["cpu_s"] / events * 1e6
            run["share"] = limit_us(case, of_round, run) / run["us"]
            runs[case.name].append(run)
            cluster.say(f"round {number + 1}, {case.name}: {run['us']:.3f} us, {run['share']:.0%} of the limit, "
                        f"{run['wall_s']:.1f} s")
    result = {"machine": report.machine(), "parallelism": arguments.parallelism,
              "task_managers": arguments.task_managers, "rounds": arguments.rounds,
              "limits": [{"limit": name, "title": cases.LOOP_TITLES[name],
                          "events_per_cpu_s": round(middle(found, "events_per_cpu_s"))}
                         for name, found in rates.items()],
              "cases": [summary(case, runs[case.name]) for case in wanted]}
    if not arguments.no_startup:
        result["startup"] = startup.measure(cluster, arguments.rounds)
    return result


def main():
    release = os.path.join(ROOT, "build", "release")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weir", default=os.path.join(release, "client", "weir"))
    parser.add_argument("--limits", default=os.path.join(release, "bench", "limits", "limits"))
    parser.add_argument("--cases", help="names, separated by commas; empty: none (default: all): "
                        + ", ".join(case.name for case in cases.CASES))
    parser.add_argument("--events", type=int, default=5_000_000)
    parser.add_argument("--long-events", type=int, default=20_000_000, help="of the case with checkpoints")
    parser.add_argument("--window-s", type=int, default=50, help="of event time; two of them hold --events")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--parallelism", type=int, default=2)
    parser.add_argument("--task-managers", type=int, default=1)
    parser.add_argument("--no-startup", action="store_true", help="leave out first rows and the small job")
    parser.add_argument("--output", choices=("table", "json"), default="table")
    arguments = parser.parse_args()

    def act():
        with BenchCluster(arguments.weir, arguments.limits) as cluster:
            result = measure(cluster, arguments)
        print(json.dumps(result, indent=1) if arguments.output == "json" else report.text(result))

    run_scenario(act, sys.stderr)


if __name__ == "__main__":
    main()
