#!/usr/bin/env python3
"""One topic of numbered rows into three sinks that are exactly-once: a PostgreSQL table without a key, a Kafka topic, a
folder. Task managers are killed under load; in the end, and in every look on the way, each sink has each row at most
once, and in the end exactly once.

  exactly_once_test.py --weir BINARY --scenario NAME [--rows N] [--rounds R] [--seed S]

  kill     R rounds: N rows written at a steady pace, a task manager killed at a random moment
  restore  the job is cancelled under load and resumed from its retained checkpoint at parallelism 1, then 3
  freeze   a task manager stands still until the job goes on without it, then it wakes
"""

import collections
import glob
import json
import os
import signal
import subprocess
import threading
import time

from harness import expect, run_scenarios

SCRIPT = """
SET 'execution.checkpointing.interval' = '1 s';
SET 'execution.checkpointing.externalized-checkpoint-retention' = 'RETAIN_ON_CANCELLATION';
CREATE TABLE numbers (id BIGINT, note STRING)
WITH ('connector' = 'kafka', 'topic' = 'numbers', 'properties.bootstrap.servers' = 'localhost:9092',
      'scan.startup.mode' = 'earliest-offset', 'format' = 'json');
CREATE TABLE into_table (id BIGINT, note STRING)
WITH ('connector' = 'jdbc', 'url' = 'jdbc:postgresql://localhost:5432/weir', 'table-name' = 'numbers',
      'username' = 'weir', 'password' = 'weir', 'sink.delivery-guarantee' = 'exactly-once');
CREATE TABLE into_topic (id BIGINT, note STRING)
WITH ('connector' = 'kafka', 'topic' = 'copies', 'properties.bootstrap.servers' = 'localhost:9092', 'format' = 'json',
      'sink.delivery-guarantee' = 'exactly-once', 'sink.transactional-id-prefix' = 'test');
CREATE TABLE into_folder (id BIGINT, note STRING)
WITH ('connector' = 'filesystem', 'path' = '@FOLDER@', 'format' = 'json');
EXECUTE STATEMENT SET BEGIN
INSERT INTO into_table SELECT * FROM numbers;
INSERT INTO into_topic SELECT * FROM numbers;
INSERT INTO into_folder SELECT * FROM numbers;
END;
"""


# So that an interval's rows are too many to travel inside a checkpoint.
NOTE = "some of what is said about this row, again and again; " * 6


class Writer(threading.Thread):
    """Numbered rows into the topic, at a steady pace."""

    def __init__(self, cluster, first, count, seconds):
        super().__init__()
        self.cluster, self.first, self.count, self.seconds = cluster, first, count, seconds
        self.code = None

    def run(self):
        kcat = subprocess.Popen(["kcat", "-P", "-b", self.cluster.bootstrap, "-t", "numbers"], stdin=subprocess.PIPE,
                                text=True)
        began = time.monotonic()
        slices = 50
        for i in range(slices):
            low = self.first + self.count * i // slices
            high = self.first + self.count * (i + 1) // slices
            kcat.stdin.write("".join(f'{{"id":{n},"note":"{NOTE}"}}\n' for n in range(low, high)))
            kcat.stdin.flush()
            time.sleep(max(0.0, began + self.seconds * (i + 1) / slices - time.monotonic()))
        kcat.stdin.close()
        self.code = kcat.wait()

    def finish(self):
        self.join()
        expect(self.code == 0, "kcat could not produce")


class Sinks:
    def __init__(self, cluster):
        self.cluster = cluster
        self.folder = os.path.join(cluster.directory, "copies")

    def table(self):
        return [int(line) for line in self.cluster.sql("SELECT id FROM numbers").split()]

    def topic(self):
        done = subprocess.run(["kcat", "-C", "-q", "-b", self.cluster.bootstrap, "-t", "copies", "-o", "beginning", "-e",
                               "-X", "isolation.level=read_committed"], text=True, stdout=subprocess.PIPE)
        expect(done.returncode == 0, "kcat could not read")
        return [json.loads(line)["id"] for line in done.stdout.splitlines()]

    def files(self):
        found = []
        for path in glob.glob(os.path.join(self.folder, "part-*")):
            with open(path) as f:
                found += [json.loads(line)["id"] for line in f]
        return found

    def all(self):
        return {"table": self.table(), "topic": self.topic(), "files": self.files()}

    def expect_no_double(self):
        for name, ids in self.all().items():
            double = [n for n, times in collections.Counter(ids).items() if times > 1]
            expect(not double, f"{name}: {len(double)} rows came twice, such as {double[:5]}")

    def expect_exactly(self, total, seconds):
        def complete():
            self.expect_no_double()
            return all(len(ids) >= total for ids in self.all().values())
        self.cluster.eventually(complete, f"{total} rows in each sink", seconds)
        for name, ids in self.all().items():
            expect(sorted(ids) == list(range(total)), f"{name}: {len(ids)} rows, {len(set(ids))} different, not {total}")
        self.cluster.say(f"each of {total} rows once in each sink")


def prepare(cluster):
    cluster.start()
    cluster.create_topic("numbers", 4)
    cluster.create_topic("copies", 3)
    cluster.sql("CREATE TABLE numbers (id bigint, note text)")
    sinks = Sinks(cluster)
    return sinks, cluster.write_sql("copy.sql", SCRIPT.replace("@FOLDER@", sinks.folder))


def kill(cluster, arguments):
    sinks, script = prepare(cluster)
    cluster.say(f"job {cluster.submit(script, 2)}")
    total = 0
    for number in range(1, arguments.rounds + 1):
        cluster.say(f"round {number}")
        writer = Writer(cluster, total, arguments.rows, 8.0)
        writer.start()
        time.sleep(cluster.random.uniform(0.5, 7.5))
        cluster.kill(f"taskmanager-{cluster.random.randint(1, 2)}")
        sinks.expect_no_double()
        writer.finish()
        total += arguments.rows
        sinks.expect_exactly(total, 90)


def restore(cluster, arguments):
    """Cancelled under load, so that the last checkpoint's rows may or may not be committed."""
    sinks, script = prepare(cluster)
    job = cluster.submit(script, 2)
    total = 0
    for parallelism in (1, 3):
        writer = Writer(cluster, total, arguments.rows, 10.0)
        writer.start()
        cluster.wait_for_checkpoint(job)
        time.sleep(cluster.random.uniform(0, 2))
        cluster.client("cancel", job)
        cluster.eventually(lambda: "CANCELED" in cluster.client("info", job).stdout, f"{job} CANCELED")
        sinks.expect_no_double()
        checkpoint = cluster.checkpoints(job)[max(cluster.checkpoints(job))]
        job = cluster.submit(script, parallelism, "--from-savepoint", checkpoint)
        cluster.say(f"job {job} from {checkpoint} at parallelism {parallelism}")
        writer.finish()
        total += arguments.rows
        sinks.expect_exactly(total, 90)


def freeze(cluster, arguments):
    sinks, script = prepare(cluster)
    job = cluster.submit(script, 2)
    writer = Writer(cluster, 0, arguments.rows, 25.0)
    writer.start()
    cluster.wait_for_checkpoint(job)
    pid = cluster.pid("taskmanager-1")
    os.kill(pid, signal.SIGSTOP)
    try:
        def restarted():
            details = json.loads(cluster.client("info", job, "--output", "json").stdout)
            return details["restarts"] > 0 and details["state"] == "RUNNING"
        cluster.eventually(restarted, "the job goes on without it")
        cluster.say("the job goes on")
        before = len(sinks.topic())
        cluster.eventually(lambda: len(sinks.topic()) > before, "rows are committed without it")
    finally:
        os.kill(pid, signal.SIGCONT)
    cluster.say("woken")
    writer.finish()
    sinks.expect_exactly(arguments.rows, 90)
    time.sleep(3)
    sinks.expect_exactly(arguments.rows, 10)


SCENARIOS = {"kill": kill, "restore": restore, "freeze": freeze}


if __name__ == "__main__":
    run_scenarios(__doc__, SCENARIOS, rows=20000, rounds=5)
