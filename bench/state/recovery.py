#!/usr/bin/env python3
"""How long a job with much state is without new output when a process of its cluster is killed, or it is rescaled.

  recovery.py [--weir BINARY] [--limits BINARY] [--state-mb 100,1000] [--rounds N] [--output table|json]

A job counts by a million keys from a Kafka topic and keeps so much state for them; a checkpoint every 10 s. Two of
three task managers work. One event in 20 ms, all of one key, comes to it: its count is printed. Killed is a task manager
that works: measured from there to the first count of an event that was written after it; or the job manager: to the
first count of an event written after all tasks ran again, under the next one. Rescaled is from parallelism 2 to 3
and back; measured is the longest pause between two counts.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "engine"))
import report
from bench_cluster import ROOT, TOPIC, BenchCluster, expect
from harness import run_scenario

USERS = 1_000_000
EVENTS = 4_000_000  # nearly every user is in them
PROBE_EVERY_S = 0.02
TARGETS_S = {"taskmanager": 2.0, "jobmanager": 2.0, "rescale": 1.0}
# What a key's state holds beside its text: the entry, its key, its place in the table.
BYTES_BESIDE = 100
SESSION_BYTES = 16

JOB = """\
SET 'execution.checkpointing.interval' = '10 s';
SET 'restart-strategy.exponential-delay.initial-backoff' = '10 ms';
{source}
CREATE TABLE shown (user_id BIGINT, events BIGINT, width INT) WITH ('connector' = 'print', 'print-identifier' = 'probe');
INSERT INTO shown SELECT user_id, c, CHAR_LENGTH(m) FROM (
  SELECT user_id, COUNT(*) AS c, MAX(REPEAT(session, {repeat})) AS m FROM events GROUP BY user_id) WHERE user_id < 0;
"""


class Probe(threading.Thread):
    """Writes the probe's events; knows how many."""

    def __init__(self, cluster):
        super().__init__(daemon=True)
        self.kcat = subprocess.Popen(["kcat", "-P", "-b", cluster.bootstrap, "-t", TOPIC, "-p", "0", "-X", "linger.ms=0"],
                                     stdin=subprocess.PIPE, text=True)
        self.sent = 0
        self.ending = threading.Event()

    def run(self):
        while not self.ending.wait(PROBE_EVERY_S):
            self.kcat.stdin.write(json.dumps({"ts": "2026-01-01 00:00:00", "user_id": -1, "session": "probe"}) + "\n")
            self.kcat.stdin.flush()
            self.sent += 1

    def stop(self):
        self.ending.set()
        self.join()
        self.kcat.stdin.close()
        self.kcat.wait()


class Shown:
    """The counts that task managers have printed, read on as their logs grow."""

    def __init__(self, cluster, names):
        self.paths = [cluster.log_path(name) for name in names]
        self.read_to = dict.fromkeys(self.paths, 0)
        self.newest = 0

    def look(self):
        for path in self.paths:
            with open(path, "rb") as log:
                log.seek(self.read_to[path])
                text = log.read()
            end = text.rfind(b"\n") + 1
            self.read_to[path] += end
            for count in re.findall(rb"probe.*?\+[IU]\[-1, (\d+),", text[:end]):
                self.newest = max(self.newest, int(count))
        return self.newest

    def seconds_until_beyond(self, count, patience_s):
        began = time.monotonic()
        while self.look() <= count:
            expect(time.monotonic() - began < patience_s, f"no new output {patience_s} s after the kill")
            time.sleep(0.005)
        return time.monotonic() - began

    def longest_pause(self, process):
        """Of new counts, until the process has ended and some more have come."""
        longest, last, newest, more = 0.0, time.monotonic(), self.look(), 0
        began = last
        while more < 20:
            now = time.monotonic()
            if self.look() > newest:
                newest, last = self.newest, now
                more += process.poll() is not None
            longest = max(longest, now - last)
            expect(now - began < 120, "no new output 120 s after the command")
            time.sleep(0.005)
        return longest


def working(cluster):
    """A task manager that has tasks."""
    done = subprocess.run([cluster.weir, "taskmanager", "list", "--jobmanager", cluster.jobmanager, "--output", "json"],
                          text=True, stdout=subprocess.PIPE)
    busy = {one["pid"] for one in json.loads(done.stdout) if one["free_slots"] == 0}
    return next(name for name in cluster.weir_names() if cluster.pid(name) in busy)


def measure(cluster, state_mb, rounds):
    repeat = max(1, round((state_mb * 1e6 / USERS - BYTES_BESIDE) / SESSION_BYTES))
    job = cluster.submit(cluster.write_sql("recovery.sql", JOB.format(source=cluster.source(), repeat=repeat)), 2)
    probe, shown = Probe(cluster), Shown(cluster, ["taskmanager-1", "taskmanager-2", "taskmanager-3"])
    probe.start()
    try:
        shown.seconds_until_beyond(0, 300)
        found = {victim: [] for victim in TARGETS_S}
        for number in range(rounds):
            shown.seconds_until_beyond(probe.sent, 120)
            cluster.wait_for_checkpoint(job)
            found["rescale"].append(rescale(cluster, job, shown, 3 if number % 2 == 0 else 2))
            cluster.say(f"{state_mb} MB, rescale: {found['rescale'][-1]:.2f} s")
        for victim in ["taskmanager", "jobmanager"] * rounds:
            # Caught up, and a checkpoint that holds nearly everything.
            shown.seconds_until_beyond(probe.sent, 120)
            cluster.wait_for_checkpoint(job)
            name = working(cluster) if victim == "taskmanager" else victim
            restarts = cluster.info(job)["restarts"]
            sent, began = probe.sent, time.monotonic()
            cluster.kill(name)
            if victim == "jobmanager":
                # The tasks print on until they hear of it: what counts comes after the restart.
                cluster.wait_until_runs(job, 60)
                sent = probe.sent
            shown.seconds_until_beyond(sent, 120)
            found[victim].append(time.monotonic() - began)
            expect(victim == "jobmanager" or cluster.info(job)["restarts"] == restarts + 1,
                   f"{name} was killed, and the job did not begin again")
            cluster.say(f"{state_mb} MB, {name}: {found[victim][-1]:.2f} s")
        cluster.wait_for_checkpoint(job)
        info = cluster.info(job)
        state = max(one["state_bytes"] for one in info["checkpoints"] if one["state"] == "COMPLETED")
    finally:
        probe.stop()
    expect(cluster.client("cancel", job).returncode == 0, "cancel failed")
    return {"state_mb": round(state / 1e6), "seconds": found}


def rescale(cluster, job, shown, parallelism):
    process = subprocess.Popen([cluster.weir, "rescale", job, "--parallelism", str(parallelism), "--jobmanager",
                                cluster.jobmanager], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    seconds = shown.longest_pause(process)
    expect(process.returncode == 0, f"rescale failed:\n{process.stdout.read()}")
    return seconds


def text(results):
    lines = [("what", "state MB", "seconds without new output", "median")]
    for one in results:
        for victim, seconds in one["seconds"].items():
            middle = statistics.median(seconds)
            lines.append((victim, str(one["state_mb"]), ", ".join(f"{s:.2f}" for s in seconds),
                          report.verdict(f"{middle:.2f}", TARGETS_S[victim], middle <= TARGETS_S[victim])))
    return report.rows_of(lines)


def main():
    release = os.path.join(ROOT, "build", "release")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weir", default=os.path.join(release, "client", "weir"))
    parser.add_argument("--limits", default=os.path.join(release, "bench", "limits", "limits"))
    parser.add_argument("--state-mb", default="100,1000")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--output", choices=("table", "json"), default="table")
    arguments = parser.parse_args()

    def act():
        results = []
        for megabytes in arguments.state_mb.split(","):
            with BenchCluster(arguments.weir, arguments.limits) as cluster:
                cluster.start(task_managers=3, slots=1)
                cluster.produce_events(EVENTS, 100)
                results.append(measure(cluster, int(megabytes), arguments.rounds))
        print(json.dumps(results, indent=1) if arguments.output == "json" else text(results))

    run_scenario(act, sys.stderr)


if __name__ == "__main__":
    main()
