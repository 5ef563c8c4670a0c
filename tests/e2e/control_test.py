#!/usr/bin/env python3
"""What people do to jobs that run, on a cluster of real processes with a real Kafka and PostgreSQL, under load; the
four tables of the commerce example must equal an independent computation from the topic, row by row.

  control_test.py --weir BINARY --scenario NAME [--events N] [--seed S]

  savepoint    a savepoint, moved and begun from; a stop during which the job manager is killed; a drained stop;
               the job manager dies between a job's end and the deletion of its checkpoints
  rescale      1 -> 3 -> 2; refused where slots are missing; the job manager killed in the middle
  drain        a task manager is emptied and ended; the job does not fail
  two-leaders  the job manager is frozen, another takes over, the first wakes: it ends and has changed nothing
"""

import json
import os
import re
import shutil
import signal
import subprocess
import time

from commerce_test import CHECKPOINTS, DATES, FAST, produce
from harness import expect, run_scenarios
from processes import free_port

SUMS = ("--tables", "sales_per_category,sales_per_day,sales_per_month")


class Load:
    """Events at a steady pace while the block runs."""

    def __init__(self, cluster, events, seconds):
        self.command = cluster.producer("--count", str(events), "--rate", str(events / seconds), *DATES,
                                        "--seed", str(cluster.random.getrandbits(31)))

    def __enter__(self):
        self.writer = subprocess.Popen(self.command)

    def __exit__(self, kind, error, trace):
        if kind is not None:
            self.writer.kill()
        expect(self.writer.wait() == 0 or kind is not None, "the producer failed")


def ask(cluster, *words):
    """A command that must succeed; its JSON."""
    began = time.monotonic()
    done = subprocess.run([cluster.weir, *words, "--output", "json"], text=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)
    text = " ".join(words)
    expect(done.returncode == 0, f"`weir {text}` failed:\n{done.stdout}{done.stderr}")
    cluster.say(f"`weir {' '.join(words[:3])}` after {time.monotonic() - began:.2f} s: {done.stdout.strip()[:200]}")
    return json.loads(done.stdout)


def refused(cluster, why, *words):
    done = subprocess.run([cluster.weir, *words], text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=60)
    expect(done.returncode == 1 and why in done.stdout, f"`weir {' '.join(words)}`: {done.returncode} {done.stdout}")
    cluster.say("refused: " + done.stdout.strip())


def begin(cluster, parallelism, task_managers=2):
    cluster.start(task_managers)
    cluster.create_commerce()
    job = cluster.submit(cluster.commerce_pipeline(settings=CHECKPOINTS), parallelism)
    cluster.say(f"job {job}")
    cluster.wait_for_checkpoint(job)
    return job, ("--jobmanager", cluster.jobmanager)


def savepoint(cluster, arguments):
    failpoints = os.path.join(cluster.directory, "failpoints")
    os.mkdir(failpoints)
    os.environ["WEIR_FAILPOINTS"] = failpoints  # of all that is started
    job, at = begin(cluster, 2)
    mine = os.path.join(cluster.directory, "mine")
    with Load(cluster, arguments.events, 10):
        time.sleep(3)
        taken = ask(cluster, "savepoint", job, *at)["path"]
        moved = shutil.move(taken, cluster.directory)
        expect(ask(cluster, "savepoint", "verify", moved)["whole"], "the moved savepoint is not whole")
        inside = ask(cluster, "savepoint", "inspect", moved)
        splits = [split["id"] for one in inside["operators"] for split in one["splits"]]
        expect(len(splits) == 4 and inside["job"] == job and inside["savepoint"], f"inspect: {inside}")
        # The one who asks to stop sees it through, though the job manager dies meanwhile.
        stopper = subprocess.Popen([cluster.weir, "stop", job, "--savepoint-dir", mine, "--output", "json", *at],
                                   text=True, stdout=subprocess.PIPE)
        cluster.eventually(lambda: cluster.info(job).get("stopping") or stopper.poll() is not None,
                           "the stop is on record", pause=0.005)
        cluster.kill("jobmanager")
        out, _ = stopper.communicate(timeout=60)
        expect(stopper.returncode == 0, "stop failed")
        stopped = json.loads(out)["savepoint"]
        cluster.say(f"stopped: {stopped}")
    expect(stopped.startswith(mine + "/savepoint-"), stopped)
    expect(ask(cluster, "savepoint", "verify", stopped)["whole"], "the savepoint is not whole")
    expect(cluster.info(job)["state"] == "FINISHED" and cluster.info(job)["savepoint"] == stopped, "info")
    cluster.eventually(lambda: not cluster.checkpoints(job), "the checkpoints of the stopped job are gone")
    # From where it stopped: what comes again shows where it began.
    total = int(cluster.sql("SELECT count(*) FROM transactions"))
    cluster.sql("TRUNCATE transactions")
    produce(cluster, 1000, *FAST)
    pipeline = cluster.commerce_pipeline(settings=CHECKPOINTS)
    job = cluster.submit(pipeline, 3, "--from-savepoint", stopped)
    cluster.expect_equal(60, *SUMS)
    again = int(cluster.sql("SELECT count(*) FROM transactions"))
    cluster.say(f"{total} transactions before, {again} after the stop")
    stopped = ask(cluster, "stop", job, "--drain", *at)["savepoint"]
    expect(ask(cluster, "savepoint", "verify", stopped)["whole"], "the savepoint is not whole")
    # From the first, in its new place: what it has not seen comes again.
    job = cluster.submit(pipeline, 1, "--from-savepoint", moved)
    cluster.expect_equal(60, *SUMS)
    with open(os.path.join(stopped, "manifest"), "r+b") as manifest:
        manifest.seek(100)
        byte = manifest.read(1)
        manifest.seek(100)
        manifest.write(bytes([byte[0] ^ 1]))
    refused(cluster, stopped, "savepoint", "verify", stopped)
    refused(cluster, stopped, "run", "-f", pipeline, "--from-savepoint", stopped, *at)
    refused(cluster, "is not absolute", "savepoint", job, "--dir", "here", *at)
    dies_behind_the_end(cluster, job, failpoints)


def dies_behind_the_end(cluster, job, failpoints):
    """The job manager has put the end of the job on record and deleted nothing yet: the next one does."""
    cluster.wait_for_checkpoint(job)
    first = cluster.pid("jobmanager")
    with open(os.path.join(failpoints, "new"), "w") as f:
        f.write("crash")
    os.rename(f.name, os.path.join(failpoints, "clean-up"))
    cluster.client("cancel", job)
    cluster.eventually(lambda: cluster.pid("jobmanager") not in (None, first), "the job manager died of it")
    cluster.kills["jobmanager"] += 1
    cluster.wait_for_jobmanager()
    expect(cluster.info(job)["state"] == "CANCELED", "its end is on record")
    cluster.eventually(lambda: not cluster.checkpoints(job), "the checkpoints of the canceled job are gone")


def rescale(cluster, arguments):
    job, at = begin(cluster, 1)
    with Load(cluster, arguments.events, 20):
        time.sleep(2)
        for parallelism in (3, 2):
            done = ask(cluster, "rescale", job, "--parallelism", str(parallelism), *at)
            expect(done["parallelism"] == parallelism, f"rescale: {done}")
            now = cluster.info(job)
            expect({v["parallelism"] for v in now["vertices"]} == {parallelism}, f"{now['vertices']}")
            expect(now["restarts"] == 0 and not now["failures"], "a rescale is no failure")
            time.sleep(3)
        refused(cluster, "it needs 5 slots, 4 are free or its own", "rescale", job, "--parallelism", "5", *at)
        expect(cluster.info(job)["state"] == "RUNNING" and cluster.info(job)["restarts"] == 0, "it was disturbed")
        asking = subprocess.Popen([cluster.weir, "rescale", job, "--parallelism", "3", *at])
        time.sleep(cluster.random.uniform(0, 0.3))
        cluster.kill("jobmanager")
        asking.wait(60)
        cluster.wait_for_jobmanager()
        cluster.wait_until_runs(job)
        ended = {v["parallelism"] for v in cluster.info(job)["vertices"]}
        expect(ended in ({2}, {3}), f"between the old and the new: {ended}")
        cluster.say(f"the job manager was killed during the last: at parallelism {ended}")
    cluster.expect_equal(90)


def drain(cluster, arguments):
    job, at = begin(cluster, 2)
    with Load(cluster, arguments.events, 15):
        refused(cluster, "there is no task manager 77", "taskmanager", "drain", "77", *at)
        cluster.start_taskmanager(3)
        everyone = cluster.eventually(
            lambda: (lambda all: all if len(all) == 3 else None)(ask(cluster, "taskmanager", "list", *at)),
            "three task managers")
        chosen = next(one for one in everyone if one["jobs"])
        name = next(n for n in cluster.names() if cluster.pid(n) == chosen["pid"])
        done = ask(cluster, "taskmanager", "drain", chosen["address"], *at)
        expect(done["moved_jobs"] == [job], f"{done}")
        cluster.supervise("halt", name)
        cluster.say(f"{name} is halted")
        cluster.wait_until_runs(job)
        time.sleep(2)
        now = cluster.info(job)
        expect(now["restarts"] == 0 and not now["failures"], f"the job has failed: {now['failures']}")
    cluster.expect_equal(90)


def two_leaders(cluster, arguments):
    job, at = begin(cluster, 2)
    first = cluster.pid("jobmanager")
    with Load(cluster, arguments.events, 30):
        time.sleep(2)
        os.kill(first, signal.SIGSTOP)
        try:
            cluster.say(f"froze the job manager (pid {first})")
            # As if its machine had lost the folder, and its lock with it: a process that only sleeps keeps it.
            os.remove(os.path.join(cluster.directory, "ha", "lock"))
            first_address, port = cluster.jobmanager, free_port()
            cluster.run("jobmanager-2", [
                cluster.weir, "jobmanager", "--bind-address", "127.0.0.1", "--rpc-port", str(port), "--no-rest",
                "--checkpoint-dir", cluster.checkpoint_dir(), "--ha-dir", os.path.join(cluster.directory, "ha")])
            cluster.jobmanager = f"127.0.0.1:{port}"
            for number in (3, 4):
                cluster.start_taskmanager(number)
            cluster.wait_for_jobmanager()
            cluster.wait_until_runs(job)
            cluster.say("the second runs the job")
            cluster.wait_for_checkpoint(job)
        finally:
            os.kill(first, signal.SIGCONT)
        woken = time.monotonic()
        cluster.eventually(lambda: cluster.pid("jobmanager") != first, "the first job manager has ended", pause=0.01)
        cluster.say(f"the first has ended {time.monotonic() - woken:.2f} s after it woke")
        cluster.supervise("halt", "jobmanager")
        # It could not start again: the second holds the folder.
        cluster.kills["jobmanager"] = cluster.restarts()["jobmanager"][0]
    with open(cluster.log_path("jobmanager")) as log:
        text = log.read()
    expect(re.search("job manager ends: .*another job manager has taken over", text),
           f"it has ended for another reason:\n{text[-3000:]}")
    cluster.expect_equal(90)
    produce(cluster, 1000, *FAST)
    cluster.expect_equal(60)
    now = cluster.info(job)
    expect(now["restarts"] == 0, f"the first has disturbed the second: {now['failures']}")


SCENARIOS = {"savepoint": savepoint, "rescale": rescale, "drain": drain, "two-leaders": two_leaders}


if __name__ == "__main__":
    run_scenarios(__doc__, SCENARIOS, events=200000)
