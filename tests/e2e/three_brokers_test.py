#!/usr/bin/env python3
"""Kafka as three brokers that are killed, while jobs read and write.

  three_brokers_test.py --weir BINARY --scenario NAME [--seed S]

  replaced-tail  rows that only the leader had are read, then another leader writes others at their offsets
  rolling-kills  brokers are killed and started again one after another, twice each, under load
  too-few        two of three brokers are gone for 20 s: nothing can be written, and the job says what it waits for
"""

import glob
import json
import os
import re
import subprocess
import time

from chaos_workloads import WORKLOADS
from chaos_writer import Writer
from harness import expect, run_scenarios
from three_brokers import BROKERS, ThreeBrokers

KEPT, TAIL = 100, 50  # rows that all brokers have, then those of the leader alone
RIGHT_WITHIN_S = 120


# --- a tail that is replaced -------------------------------------------------------------------
COPY = """
SET 'execution.checkpointing.interval' = '500 ms';
SET 'execution.checkpointing.externalized-checkpoint-retention' = 'RETAIN_ON_CANCELLATION';
CREATE TABLE numbers (n BIGINT, leader INT) WITH (
  'connector' = 'kafka', 'topic' = '{topic}', 'properties.bootstrap.servers' = 'localhost:9092',
  'scan.startup.mode' = 'earliest-offset', 'format' = 'json');
CREATE TABLE copies (n BIGINT, leader INT) WITH ('connector' = 'filesystem', 'path' = '{folder}', 'format' = 'json');
INSERT INTO copies SELECT * FROM numbers;
"""


class Copy:
    """A topic of one partition, whose leader is broker 1, and a job that copies it into files."""

    def __init__(self, cluster, topic, unclean=True):
        self.cluster, self.topic = cluster, topic
        self.folder = os.path.join(cluster.directory, topic)
        cluster.create_topic(topic, 1, "min.insync.replicas=1",
                             f"unclean.leader.election.enable={str(unclean).lower()}")
        self.write(1, 0, KEPT, "all")
        self.script = cluster.write_sql(topic + ".sql", COPY.format(topic=topic, folder=self.folder))
        self.job = cluster.submit(self.script, 1)

    def write(self, leader, first, end, acks):
        """Rows that bear their offset and who was to be leader."""
        text = "".join(json.dumps({"n": n, "leader": leader}) + "\n" for n in range(first, end))
        done = subprocess.run(["kcat", "-P", "-b", self.cluster.bootstrap, "-t", self.topic, "-p", "0", "-X",
                               f"acks={acks}", "-X", "message.timeout.ms=60000"], text=True, input=text)
        expect(done.returncode == 0, f"kcat could not write to {self.topic}")

    def rows(self):
        found = []
        for path in glob.glob(os.path.join(self.folder, "part-*")):
            with open(path) as f:
                found += [(row["n"], row["leader"]) for row in map(json.loads, f)]
        return sorted(found)

    def wait_for(self, rows, seconds=60):
        self.cluster.eventually(lambda: self.rows() == rows, f"{len(rows)} rows of {self.topic} in the files", seconds)
        return self

    def cancel(self):
        """The checkpoint that holds all that was read."""
        path = self.cluster.wait_for_checkpoint(self.job)
        self.cluster.client("cancel", self.job)
        self.cluster.eventually(lambda: self.state() == "CANCELED", f"{self.topic} CANCELED")
        kept = self.cluster.checkpoints(self.job)
        return kept[max(kept)] if kept else path

    def state(self):
        return (self.cluster.info(self.job) or {}).get("state")

    def expect_stopped(self):
        """The job has failed, says where, and has written nothing of what came after."""
        self.cluster.eventually(lambda: self.state() == "FAILED", f"the job of {self.topic} stops")
        info = self.cluster.client("info", self.job).stdout
        self.cluster.say(f"{self.topic}: " + " ".join(re.findall(r"[^\n]*available[^\n]*", info)[:1]).strip())
        for text in (f"topic '{self.topic}', partition 0", f"offset {KEPT + TAIL}", "available is 0 to",
                     "another leader"):
            expect(text in info, f"the job of {self.topic} does not say {text!r}:\n{info}")
        expect(self.rows() == rows(1, 0, KEPT + TAIL), f"{self.topic}: other rows than those that were read are written")


def rows(leader, first, end):
    return [(n, leader) for n in range(first, end)]


def replaced_tail(cluster, _):
    """For each of a job that runs and one that is restored: a log shorter than what was read, and a longer one."""
    cluster.start(slots=4)
    shorter, longer = KEPT + TAIL - 20, KEPT + TAIL + 50
    running = {Copy(cluster, "running_shorter"): shorter, Copy(cluster, "running_longer"): longer}
    restored = {Copy(cluster, "restored_shorter"): shorter, Copy(cluster, "restored_longer"): longer}
    behind, clean = Copy(cluster, "behind"), Copy(cluster, "clean", unclean=False)
    every = [*running, *restored, behind, clean]
    for copy in every:
        copy.wait_for(rows(1, 0, KEPT))
    checkpoints = {behind: behind.cancel()}

    cluster.freeze_broker(2)
    cluster.freeze_broker(3)
    # What they asked for last is answered, with nothing.
    time.sleep(2)
    for copy in every:
        copy.write(1, KEPT, KEPT + TAIL, 1)
    # Once the leader has given the others up a reader may see it.
    for copy in [*running, *restored, clean]:
        copy.wait_for(rows(1, 0, KEPT + TAIL))
    checkpoints.update((copy, copy.cancel()) for copy in restored)
    cluster.kill_broker(1)
    cluster.wake_broker(2)
    cluster.wake_broker(3)
    for copy, end in {**running, **restored, behind: longer}.items():
        cluster.eventually(lambda: leader_of(cluster, copy.topic) in (2, 3), f"{copy.topic} has another leader")
        copy.write(2, KEPT, end, 1)
    cluster.say("others are written in their place")

    for copy in [*restored, behind]:
        copy.job = cluster.submit(copy.script, 1, "--from-savepoint", checkpoints[copy])
    for copy in [*running, *restored]:
        copy.expect_stopped()
    # What is before the place where the logs part is the same in both.
    behind.wait_for(rows(1, 0, KEPT) + rows(2, KEPT, longer))
    expect(leader_of(cluster, "clean") not in (2, 3), "a broker that lags behind was elected")
    cluster.resume_broker(1)
    cluster.eventually(lambda: leader_of(cluster, "clean") == 1, "the leader is back")
    clean.write(1, KEPT + TAIL, longer, "all")
    clean.wait_for(rows(1, 0, longer))


def leader_of(cluster, topic):
    return next((one["leader"] for one in cluster.partitions(topic)), None)


# --- brokers that are gone for a while ---------------------------------------------------------
def begin(cluster):
    """Into a topic and a table, exactly once, and sums into another table."""
    cluster.start()
    workload = WORKLOADS["three"](cluster)
    workload.name, workload.events_per_s = "three", 500
    job = cluster.submit(workload.create(), workload.parallelism)
    workload.begin_round()
    writer = Writer(cluster, workload, cluster.random.getrandbits(31), 300)
    writer.start()
    cluster.eventually(lambda: int(cluster.sql("SELECT count(*) FROM appended")) > 0, "rows come")
    return workload, job, writer


def expect_right(cluster, workload, job, writer):
    writer.enough.set()
    writer.finish()
    deadline = time.monotonic() + RIGHT_WITHIN_S
    while (difference := workload.difference()) and time.monotonic() < deadline:
        time.sleep(0.5)
    expect(not difference, f"the rows are not right:\n{difference}\n" + cluster.client("info", job).stdout)
    cluster.wait_for_checkpoint(job)
    difference = workload.difference()
    expect(not difference, f"the rows do not stay right:\n{difference}")
    info = cluster.info(job)
    cluster.say(f"{writer.written} events, each once, those of a key in order; {info['restarts']} restarts")


def rolling_kills(cluster, _):
    workload, job, writer = begin(cluster)
    for number in BROKERS * 2:
        cluster.kill_broker(number)
        time.sleep(cluster.random.uniform(0.5, 5))
        cluster.resume_broker(number)
        # min.insync.replicas = 2: the next one may be missed as well when this one is back.
        cluster.wait_until_in_sync()
    expect_right(cluster, workload, job, writer)


def too_few(cluster, _):
    workload, job, writer = begin(cluster)
    cluster.kill_broker(1)
    cluster.kill_broker(2)
    said = []
    until = time.monotonic() + 20
    while time.monotonic() < until:
        info = cluster.info(job)
        text = info and info["state"] + ": " + (info.get("reason") or "")
        if text and text not in said:
            said.append(text)
            cluster.say(text)
        time.sleep(0.5)
    cluster.resume_broker(1)
    cluster.resume_broker(2)
    cluster.wait_until_in_sync()
    expect_right(cluster, workload, job, writer)
    waits = any("waits for the commit" in text and "sink(copied)" in text for text in said)
    expect(waits, f"it does not say what it waits for: {said}")


SCENARIOS = {"replaced-tail": replaced_tail, "rolling-kills": rolling_kills, "too-few": too_few}


if __name__ == "__main__":
    run_scenarios(__doc__, SCENARIOS, ThreeBrokers)
