#!/usr/bin/env python3
"""What checkpoints cost beside the work itself.

  checkpoints.py [--weir BINARY] [--rate N] [--seconds N] [--rounds N] [--output table|json]

A job counts by key over generated rows, N a second, nearly each of another key: as many entries are changed. It runs
without checkpoints, with one every 10 s and with one every second; shown are the task manager's CPU, in percent of one
core, and the bytes that the checkpoints wrote.
"""

import argparse
import json
import os
import statistics
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "engine"))
import report
from bench_cluster import ROOT, BenchCluster, expect
from harness import run_scenario

KEYS = 10_000_000
SETTLE_S = 3
# interval: most percent of a core that checkpoints may take
INTERVALS = {"": None, "10 s": 5, "1 s": 15}

JOB = """\
{interval}
CREATE TABLE made (k BIGINT, v INT) WITH ('connector' = 'datagen', 'rows-per-second' = '{rate}',
  'fields.k.min' = '0', 'fields.k.max' = '{keys}');
CREATE TABLE nowhere (k BIGINT, c BIGINT, s BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO nowhere SELECT k, COUNT(*), SUM(v) FROM made GROUP BY k;
"""


def run(cluster, interval, arguments):
    cluster.renew()
    setting = f"SET 'execution.checkpointing.interval' = '{interval}';" if interval else ""
    job = cluster.submit(cluster.write_sql("job.sql", JOB.format(interval=setting, rate=arguments.rate, keys=KEYS)), 2)
    time.sleep(SETTLE_S)
    cpu, began = cluster.cpu_s("taskmanager-1"), time.monotonic()
    time.sleep(arguments.seconds)
    cpu, seconds = cluster.cpu_s("taskmanager-1") - cpu, time.monotonic() - began
    info = cluster.info(job)
    expect(info["state"] == "RUNNING", f"the job is {info['state']}")
    done = [one for one in info["checkpoints"] if one["state"] == "COMPLETED"]
    expect(bool(done) == bool(interval), f"{len(done)} checkpoints")
    expect(cluster.client("cancel", job).returncode == 0, "cancel failed")
    return {"percent": 100 * cpu / seconds, "checkpoints": len(done),
            "written_mb": statistics.mean(one["written_bytes"] for one in done) / 1e6 if done else 0.0,
            "state_mb": max((one["state_bytes"] for one in done), default=0) / 1e6}


def summary(runs):
    without = [run["percent"] for run in runs[""]]
    found = []
    for interval, target in INTERVALS.items():
        more = [run["percent"] - base for run, base in zip(runs[interval], without)]
        found.append({"interval": interval or "none", "percent": statistics.median(r["percent"] for r in runs[interval]),
                      "for_checkpoints": statistics.median(more), "target": target,
                      "written_mb": statistics.median(r["written_mb"] for r in runs[interval]),
                      "state_mb": max(r["state_mb"] for r in runs[interval])})
    return found


def text(found):
    lines = [("checkpoints", "CPU, % of a core", "of it for checkpoints", "MB written by one", "state MB")]
    for one in found:
        more = f"{one['for_checkpoints']:.1f}"
        if one["target"]:
            more = report.verdict(more, one["target"], one["for_checkpoints"] <= one["target"])
        lines.append((one["interval"], f"{one['percent']:.1f}", more, f"{one['written_mb']:.1f}",
                      f"{one['state_mb']:.0f}"))
    return report.rows_of(lines)


def main():
    release = os.path.join(ROOT, "build", "release")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weir", default=os.path.join(release, "client", "weir"))
    parser.add_argument("--rate", type=int, default=100_000)
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--output", choices=("table", "json"), default="table")
    arguments = parser.parse_args()

    def act():
        with BenchCluster(arguments.weir, "") as cluster:
            cluster.start(task_managers=1, slots=2, services=False)
            runs = {interval: [] for interval in INTERVALS}
            for number in range(arguments.rounds):
                for interval in INTERVALS:
                    runs[interval].append(run(cluster, interval, arguments))
                    cluster.say(f"round {number + 1}, {interval or 'none'}: {runs[interval][-1]}")
        found = summary(runs)
        print(json.dumps(found, indent=1) if arguments.output == "json" else text(found))

    run_scenario(act, sys.stderr)


if __name__ == "__main__":
    main()
