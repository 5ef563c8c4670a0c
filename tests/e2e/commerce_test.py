#!/usr/bin/env python3
"""The commerce example on a cluster of real processes with a real Kafka and PostgreSQL; the four tables must equal
an independent computation from the topic, row by row.

  commerce_test.py --weir BINARY --scenario NAME [--events N] [--rounds R] [--seed S]

  once      N events at parallelism 2 on two task managers
  kill      R rounds: N events written at a steady pace, a task manager killed at a random moment
  restore   the job is cancelled and resumed from its retained checkpoint at parallelism 1, then 3
  kill-jobmanager  R rounds: the job manager killed under load; every job goes on by itself, the time is printed
  freeze    a task manager stands still and wakes later: noticed by its heartbeats, fenced
  slow-sink a source faster than its sink for a minute: memory flat, checkpoints go on, nothing lost
"""

import os
import signal
import subprocess
import time

from harness import expect, run_scenarios

CHECKPOINTS = {"execution.checkpointing.interval": "1 s"}
RETAINED = dict(CHECKPOINTS, **{
    "execution.checkpointing.externalized-checkpoint-retention": "RETAIN_ON_CANCELLATION"})
DATES = ("--start", "2026-01-01T00:00:00", "--bad-every", "1000")
FAST = ("--rate", "0", *DATES)


def produce(cluster, count, *options):
    cluster.say(cluster.produce("--count", str(count), "--seed", str(cluster.random.getrandbits(31)), *options))


def once(cluster, arguments):
    cluster.start()
    cluster.create_commerce()
    produce(cluster, arguments.events, *FAST)
    job = cluster.submit(cluster.commerce_pipeline(settings=CHECKPOINTS), 2)
    cluster.say(f"job {job}")
    cluster.expect_equal(120)
    # It goes on with what comes later.
    produce(cluster, 1000, *FAST)
    cluster.expect_equal(30)


def kill(cluster, arguments):
    cluster.start()
    cluster.create_commerce()
    job = cluster.submit(cluster.commerce_pipeline(settings=CHECKPOINTS), 2)
    cluster.say(f"job {job}")
    seconds = 8.0
    for number in range(1, arguments.rounds + 1):
        cluster.say(f"round {number}")
        writer = subprocess.Popen(cluster.producer(
            "--count", str(arguments.events), "--rate", str(arguments.events / seconds), *DATES,
            "--seed", str(cluster.random.getrandbits(31))))
        time.sleep(cluster.random.uniform(0.5, seconds - 0.5))
        cluster.kill(f"taskmanager-{cluster.random.randint(1, 2)}")
        expect(writer.wait() == 0, "the producer failed")
        cluster.expect_equal(90)


def kill_jobmanager(cluster, arguments):
    cluster.start()
    cluster.create_commerce()
    job = cluster.submit(cluster.commerce_pipeline(settings=CHECKPOINTS), 2)
    cluster.say(f"job {job}")
    cluster.wait_for_checkpoint(job)
    seconds, took = 8.0, []
    for number in range(1, arguments.rounds + 1):
        cluster.say(f"round {number}")
        writer = subprocess.Popen(cluster.producer(
            "--count", str(arguments.events), "--rate", str(arguments.events / seconds), *DATES,
            "--seed", str(cluster.random.getrandbits(31))))
        time.sleep(cluster.random.uniform(0.5, seconds - 0.5))
        before, old = max(cluster.checkpoints(job)), cluster.pid("jobmanager")
        cluster.kill("jobmanager")
        killed = time.monotonic()
        done = cluster.client("list")
        expect(done.returncode == 0 or "cannot reach a job manager" in done.stdout, f"`weir list` says {done.stdout}")
        cluster.eventually(lambda: cluster.pid("jobmanager") not in (None, old), "the job manager is back", pause=0.01)
        back = time.monotonic()
        seen = cluster.wait_until_runs(job)
        took.append(time.monotonic() - back)
        cluster.say(f"back after {back - killed:.2f} s; jobs run {took[-1]:.2f} s later; seen meanwhile: {seen}")
        expect(writer.wait() == 0, "the producer failed")
        cluster.eventually(lambda: max(cluster.checkpoints(job)) > before, f"a checkpoint after {before}")
        cluster.expect_equal(90)
    cluster.say(f"restart of the job manager to running jobs: median {sorted(took)[len(took) // 2]:.2f} s, "
                f"longest {max(took):.2f} s")


def restore(cluster, arguments):
    """Before each resumption the history table is emptied: what comes back shows where the job began, and the sums
    could not be right if it had begun anywhere else."""
    cluster.start()
    cluster.create_commerce()
    pipeline = cluster.commerce_pipeline(settings=RETAINED)
    total = arguments.events
    produce(cluster, total, *FAST)
    job = cluster.submit(pipeline, 2)
    cluster.expect_equal(120)
    for parallelism in (1, 3):
        checkpoint = cluster.wait_for_checkpoint(job)
        done = cluster.client("cancel", job)
        expect(done.returncode == 0, f"cancel failed:\n{done.stdout}")
        cluster.eventually(lambda: "CANCELED" in cluster.client("info", job).stdout, f"{job} CANCELED")
        checkpoint = cluster.checkpoints(job)[max(cluster.checkpoints(job))]
        cluster.sql("TRUNCATE transactions")
        more = arguments.events // 10
        produce(cluster, more, *FAST)
        total += more
        job = cluster.submit(pipeline, parallelism, "--from-savepoint", checkpoint)
        cluster.say(f"job {job} from {checkpoint} at parallelism {parallelism}")
        cluster.expect_equal(60, "--tables", "sales_per_category,sales_per_day,sales_per_month")
        cluster.eventually(lambda: int(cluster.sql("SELECT count(*) FROM transactions")) >= more - more // 1000 - 1,
                           "the new rows in transactions")
        rows = int(cluster.sql("SELECT count(*) FROM transactions"))
        expect(rows < total / 2, f"{rows} of {total} rows came again: the job began at the beginning")


def slow_sink(cluster, arguments):
    cluster.start()
    cluster.create_commerce()
    cluster.sql("CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS "
                "$$BEGIN PERFORM pg_sleep(0.0004 * (SELECT count(*) FROM rows)); RETURN NULL; END$$")
    # By the row: a sink that is slow by the statement is only made to write larger batches.
    cluster.sql("CREATE TRIGGER slowly AFTER INSERT ON transactions REFERENCING NEW TABLE AS rows "
                "FOR EACH STATEMENT EXECUTE FUNCTION slowly()")
    job = cluster.submit(cluster.commerce_pipeline(settings=CHECKPOINTS), 2)
    writer = subprocess.Popen(cluster.producer("--count", str(arguments.events), "--rate",
                                               str(arguments.events / 55), *DATES))
    names = [n for n in cluster.names() if n.startswith(("jobmanager", "taskmanager"))]
    peaks = {name: [0.0, 0.0] for name in names}  # MB, in the middle and in the last third
    first, last = None, None
    for second in range(60):
        time.sleep(1)
        for name in names:
            if second >= 20:
                half = 0 if second < 40 else 1
                peaks[name][half] = max(peaks[name][half], cluster.resident_mb(name))
        newest = max(cluster.checkpoints(job), default=0)
        first = newest if second == 20 else first
        last = newest
    expect(writer.wait() == 0, "the producer failed")
    behind = arguments.events - int(cluster.sql("SELECT count(*) FROM transactions"))
    for name, (middle, late) in peaks.items():
        cluster.say(f"{name}: {middle:.0f} MB, later {late:.0f} MB")
        expect(late < 1.15 * middle + 8, f"{name} grows under back-pressure: {middle:.0f} MB, then {late:.0f} MB")
    cluster.say(f"checkpoints {first} to {last} in 40 s; the sink is {behind} rows behind")
    expect(behind > arguments.events // 10, "the sink kept up: this run shows nothing")
    # Each takes about a second here. With batches and transactions of full size it was one in five seconds.
    expect(last - first >= 16, f"checkpoints {first} to {last} in 40 s: back-pressure holds them up")
    cluster.sql("DROP TRIGGER slowly ON transactions")
    cluster.expect_equal(120)


def freeze(cluster, arguments):
    """A task manager that stands still keeps its connections: only its heartbeats are missing. The job goes on without
    it, and what it does when it wakes changes nothing."""
    cluster.start()
    cluster.create_commerce()
    job = cluster.submit(cluster.commerce_pipeline(settings=CHECKPOINTS), 2)
    cluster.say(f"job {job}")
    writer = subprocess.Popen(cluster.producer("--count", str(arguments.events), "--rate",
                                               str(arguments.events / 30), *DATES))
    cluster.wait_for_checkpoint(job)
    pid, frozen = cluster.pid("taskmanager-1"), time.monotonic()
    os.kill(pid, signal.SIGSTOP)
    try:
        cluster.eventually(lambda: cluster.info(job)["restarts"] > 0, "the job restarts")
        seconds = time.monotonic() - frozen
        cluster.say(f"noticed after {seconds:.1f} s")
        expect(seconds > 5, "noticed too soon: the process has ended, or the timeout is not what it says")
        failure = "\n".join(cluster.info(job)["failures"])
        expect("heartbeat" in failure or "connection" in failure, f"the reason is not named: {failure}")
        cluster.eventually(lambda: cluster.info(job)["state"] == "RUNNING", "the job runs again")
        expect(writer.wait() == 0, "the producer failed")
        cluster.expect_equal(90)
    finally:
        os.kill(pid, signal.SIGCONT)
    cluster.say("woken")
    produce(cluster, 1000, *FAST)
    cluster.expect_equal(60)
    with open(os.path.join(cluster.directory, "taskmanager-1.log")) as log:
        text = log.read()
    expect(text.count("registered with the job manager") >= 2, f"it has not registered anew:\n{text[-3000:]}")
    expect(cluster.pid("taskmanager-1") == pid, "it was started again")
    # Nothing that was still on its way in it comes later.
    time.sleep(3)
    cluster.expect_equal(30)
    expect(cluster.info(job)["restarts"] == 1, "the one that woke disturbed the job")


SCENARIOS = {"once": once, "kill": kill, "kill-jobmanager": kill_jobmanager, "restore": restore, "slow-sink": slow_sink, "freeze": freeze}


if __name__ == "__main__":
    run_scenarios(__doc__, SCENARIOS, events=200000, rounds=5)
