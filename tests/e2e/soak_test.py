#!/usr/bin/env python3
"""What grows? A cluster with keys that are always new, windows, a job that fails again and again, and jobs that come
and end one after another: after a time to warm up, memory, open files, threads and folders must stay as they are.

  soak_test.py --weir BINARY [--minutes N] [--table FILE]

The last two thirds of the time are looked at, from when the job manager has forgotten its first jobs. --table: a file
for all that was measured, a line for each look.
"""

import argparse
import glob
import itertools
import json
import os
import statistics
import subprocess
import time

from harness import TestCluster, expect, run_scenario

FORGOTTEN_AFTER = 100  # jobs that have ended, of which the job manager still tells
LOOK_EVERY_S = 2.0
TASK_MANAGERS = ("taskmanager-1", "taskmanager-2")
STATE_MEMORY_MB = 2  # less than the keys that live: their state comes and goes in files as well

# What may be seen to grow, though nothing does: see bound(). In three minutes it was 0.5 MB, in twenty 3.1.
NOISE_MB = 4.0
NOISE_FILES = 10

CHECKPOINTS = """
SET 'execution.checkpointing.interval' = '1 s';
SET 'execution.checkpointing.tolerable-failed-checkpoints' = '1000';
"""
NUMBERS = """CREATE TABLE numbers (n BIGINT, ts AS TO_TIMESTAMP_LTZ(n, 3), WATERMARK FOR ts AS ts) WITH (
  'connector' = 'datagen', 'rows-per-second' = '{rate}', 'fields.n.kind' = 'sequence', 'fields.n.start' = '0',
  'fields.n.end' = '{end}');
"""
KAFKA = "'connector' = 'kafka', 'properties.bootstrap.servers' = 'localhost:9092', 'format' = 'json'"
JDBC = """'connector' = 'jdbc', 'url' = 'jdbc:postgresql://localhost:5432/weir', 'username' = 'weir',
  'password' = 'weir'"""
ONCE = "'sink.delivery-guarantee' = 'exactly-once'"

KEYS = CHECKPOINTS + "SET 'table.exec.state.ttl' = '5 s';\n" + NUMBERS.format(rate=4000, end=10**15) + """
CREATE TABLE nowhere (n BIGINT, times BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO nowhere SELECT n, COUNT(*) FROM numbers GROUP BY n;
"""
# A thousand numbers are a second: four windows close in a second.
WINDOWS = CHECKPOINTS + NUMBERS.format(rate=4000, end=10**15) + """
CREATE TABLE nowhere (n BIGINT, ends TIMESTAMP_LTZ(3), times BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO nowhere SELECT n, window_end, COUNT(*)
FROM TABLE(TUMBLE(TABLE numbers, DESCRIPTOR(ts), INTERVAL '1' SECOND)) GROUP BY n, window_start, window_end;
"""
# Fails at FAILS_AT: every attempt opens everything anew, also what is only written to the checkpoints.
FAILS_AT = "part-create"
FAILING = CHECKPOINTS + """
SET 'restart-strategy.type' = 'fixed-delay';
SET 'restart-strategy.fixed-delay.attempts' = '1000000';
SET 'restart-strategy.fixed-delay.delay' = '100 ms';
""" + NUMBERS.format(rate=500, end=10**15) + f"""
CREATE TABLE good (n BIGINT) WITH ({KAFKA}, 'topic' = 'good', 'scan.startup.mode' = 'earliest-offset');
CREATE TABLE into_topic (n BIGINT) WITH ({KAFKA}, 'topic' = 'copies', {ONCE}, 'sink.transactional-id-prefix' = 'soak');
CREATE TABLE into_table (n BIGINT) WITH ({JDBC}, 'table-name' = 'copies', {ONCE});
CREATE TABLE into_folder (n BIGINT) WITH ('connector' = 'filesystem', 'path' = '@FOLDER@', 'format' = 'json');
CREATE VIEW both_of_them AS SELECT n FROM numbers UNION ALL SELECT n FROM good;
EXECUTE STATEMENT SET BEGIN
INSERT INTO into_topic SELECT n FROM both_of_them;
INSERT INTO into_table SELECT n FROM both_of_them;
INSERT INTO into_folder SELECT n FROM both_of_them;
END;
"""
# Jobs that come and end, by themselves or cancelled.
TO_TABLE = CHECKPOINTS + NUMBERS.format(rate=10000, end=999) + f"""
CREATE TABLE counted (k INT, times BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ({JDBC}, 'table-name' = 'counted');
INSERT INTO counted SELECT k, COUNT(*) FROM (SELECT MOD(n, 10) AS k FROM numbers) GROUP BY k;
"""
TO_TOPIC = CHECKPOINTS + f"""
CREATE TABLE good (n BIGINT) WITH ({KAFKA}, 'topic' = 'good', 'scan.startup.mode' = 'earliest-offset',
  'scan.bounded.mode' = 'latest-offset');
CREATE TABLE copies (n BIGINT) WITH ({KAFKA}, 'topic' = 'copies', {ONCE}, 'sink.transactional-id-prefix' = 'soak');
INSERT INTO copies SELECT n FROM good;
"""
CANCELLED = CHECKPOINTS + NUMBERS.format(rate=1000, end=10**15) + f"""
CREATE TABLE copies (n BIGINT) WITH ({JDBC}, 'table-name' = 'copies', {ONCE});
INSERT INTO copies SELECT n FROM numbers;
"""
COMING = {"to_table": TO_TABLE, "to_topic": TO_TOPIC, "cancelled": CANCELLED}


class SoakCluster(TestCluster):
    """Its task managers fail at FAILS_AT, again and again."""

    def __init__(self, weir):
        super().__init__(weir)
        self.failpoints = os.path.join(self.directory, "failpoints")
        os.makedirs(self.failpoints)

    def run(self, name, command):
        if name in TASK_MANAGERS:
            command = ["env", "WEIR_FAILPOINTS=" + self.failpoints, *command]
        super().run(name, command)

    def arm(self):
        """Whoever comes there takes the file."""
        for taken in glob.glob(os.path.join(self.failpoints, FAILS_AT + ".*")):
            os.remove(taken)
        with open(os.path.join(self.failpoints, "new"), "w") as f:
            f.write("error")
        os.rename(f.name, os.path.join(self.failpoints, FAILS_AT))


def begin(cluster):
    cluster.start_services(["fsync=off"])
    scratch = os.path.join(cluster.directory, "scratch")
    os.makedirs(scratch)
    cluster.start_jobmanager()
    for number in range(1, len(TASK_MANAGERS) + 1):
        cluster.start_taskmanager(number, 6, "--state-dir", scratch, "--state-memory", f"{STATE_MEMORY_MB}mb")
    cluster.wait_for_jobmanager()
    cluster.wait_for_services()
    for topic in ("good", "copies"):
        cluster.create_topic(topic, 2)
    cluster.sql("CREATE TABLE copies (n bigint); CREATE TABLE counted (k int PRIMARY KEY, times bigint)")
    good = "".join(f'{{"n":{n}}}\n' for n in range(1000))
    subprocess.run(["kcat", "-P", "-b", cluster.bootstrap, "-t", "good"], input=good, text=True, check=True)


class Looks:
    """What there was at each look: {name: value}."""

    def __init__(self, cluster):
        self.cluster = cluster
        self.rows = []
        self.began = time.monotonic()

    def look(self, **more):
        row = {"s": round(time.monotonic() - self.began, 1), **more}
        for name in ("jobmanager", *TASK_MANAGERS):
            row[name + " MB"] = self.cluster.resident_mb(name)
            pid = self.cluster.pid(name)
            row[name + " open"] = len(os.listdir(f"/proc/{pid}/fd"))
            row[name + " threads"] = len(os.listdir(f"/proc/{pid}/task"))
        for folder in ("checkpoints", "ha", "scratch"):
            row[folder + " files"], row[folder + " MB"] = size_of(os.path.join(self.cluster.directory, folder))
        self.rows.append(row)

    def growth(self, name):
        """What the median of all slopes makes of the whole time, and the median of the values: neither minds a look at
        a bad moment."""
        points = [(row["s"], row[name]) for row in self.rows]
        slopes = [(b - a) / (t - s) for (s, a), (t, b) in itertools.combinations(points, 2)]
        growth = statistics.median(slopes) * (points[-1][0] - points[0][0])
        return growth, statistics.median(value for _, value in points)


def size_of(folder):
    """Files and folders; megabytes. What goes away meanwhile does not count."""
    count, size = 0, 0
    for path, folders, files in os.walk(folder):
        count += len(folders) + len(files)
        for name in files:
            try:
                size += os.stat(os.path.join(path, name)).st_size
            except FileNotFoundError:
                pass
    return count, size / 2**20


def bound(name):
    """Memory: what allocators keep between one moment and another, and what lies in the page cache of mapped files. The
    rest: files and threads that are there at one look and not at the next."""
    return NOISE_MB if name.endswith("MB") else NOISE_FILES


class Coming:
    """Jobs one after another, each until it has ended."""

    def __init__(self, cluster):
        self.cluster = cluster
        scripts = [(kind, cluster.write_sql(kind + ".sql", text)) for kind, text in COMING.items()]
        self.scripts = itertools.cycle(scripts)
        self.ended = 0

    def next(self):
        kind, script = next(self.scripts)
        job = self.cluster.submit(script, 2)
        if kind == "cancelled":
            self.cluster.wait_until_runs(job)
            self.cluster.client("cancel", job)
        wanted = "CANCELED" if kind == "cancelled" else "FINISHED"
        ended = lambda: (self.cluster.info(job) or {}).get("state") == wanted
        self.cluster.eventually(ended, f"{kind} {wanted}", pause=0.05)
        self.ended += 1


def act(arguments):
    with SoakCluster(arguments.weir) as cluster:
        begin(cluster)
        failing = FAILING.replace("@FOLDER@", os.path.join(cluster.directory, "copies"))
        steady = [cluster.submit(cluster.write_sql(name + ".sql", text), 2)
                  for name, text in (("keys", KEYS), ("windows", WINDOWS), ("failing", failing))]
        coming = Coming(cluster)
        looks = Looks(cluster)

        def go_on(until):
            due = 0.0
            while not until():
                cluster.arm()
                coming.next()
                if time.monotonic() > due:
                    due = time.monotonic() + LOOK_EVERY_S
                    looks.look(ended=coming.ended, restarts=cluster.info(steady[2])["restarts"])

        began = time.monotonic()
        third_s = arguments.minutes * 60 / 3
        go_on(lambda: time.monotonic() - began > third_s and coming.ended > FORGOTTEN_AFTER)
        warm, looks.rows = looks.rows, looks.rows[-1:]
        cluster.say(f"warm after {coming.ended} jobs")
        began = time.monotonic()
        go_on(lambda: time.monotonic() - began > 2 * third_s)
        if arguments.table:
            with open(arguments.table, "w") as f:
                f.writelines(json.dumps(row) + "\n" for row in warm + looks.rows)
        for job in steady:
            state = cluster.info(job)["state"]
            expect(state in ("RUNNING", "RESTARTING"), f"{job} is {state}:\n{cluster.client('info', job).stdout}")
        first, last = looks.rows[0], looks.rows[-1]
        cluster.say(f"in {last['s'] - first['s']:.0f} s {last['ended'] - first['ended']} jobs ended and one failed "
                    f"{last['restarts'] - first['restarts']} times, in {len(looks.rows)} looks:")
        grown = []
        for name in list(first)[3:]:
            growth, median = looks.growth(name)
            cluster.say(f"  {name:24} {median:9.1f}  grows by {growth:6.2f}")
            if growth > bound(name):
                grown.append(f"{name} by {growth:.1f} from {first[name]:.1f}")
        expect(not grown, "what grows: " + "; ".join(grown))
        expect(last["restarts"] > first["restarts"], "the failing job did not fail again")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weir", required=True)
    parser.add_argument("--minutes", type=float, default=3)
    parser.add_argument("--table")
    arguments = parser.parse_args()
    run_scenario(lambda: act(arguments))


if __name__ == "__main__":
    main()
