#!/usr/bin/env python3
"""A process that dies of a mistake of its own says what it was at, with its stack: in its log, and again in the log of
the task manager that follows it.

  crash_report_test.py --weir BINARY
"""

import argparse
import os
import re
import signal
import urllib.request

from harness import TestCluster, expect, run_scenario

SQL = """
SET 'execution.checkpointing.interval' = '200 ms';
CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '50');
CREATE TABLE nowhere (n BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO nowhere SELECT n FROM numbers;
"""
STEP = "completed"  # a task hears of a checkpoint, on a worker's thread


class CrashingCluster(TestCluster):
    def __init__(self, weir):
        super().__init__(weir)
        self.failpoints = os.path.join(self.directory, "failpoints")
        self.scratch = os.path.join(self.directory, "scratch")
        for folder in (self.failpoints, self.scratch):
            os.makedirs(folder)

    def run(self, name, command):
        super().run(name, ["env", "WEIR_FAILPOINTS=" + self.failpoints, *command])

    def arm(self, step, what):
        with open(os.path.join(self.directory, "armed"), "w") as f:
            f.write(what)
        os.rename(f.name, os.path.join(self.failpoints, step))

    def log(self, name):
        with open(self.log_path(name), errors="replace") as f:
            return f.read()

    def dies(self, name, pid, signal_name):
        """Until the process of this number has died of that signal and another has taken its place."""
        self.kills[name] = self.kills.get(name, 0) + 1
        self.eventually(lambda: self.pid(name) not in (None, pid), f"{name} starts again")
        last = self.restarts()[name][1]
        expect(last == "signal " + signal_name, f"{name} ended with {last}")

    def rest(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.ports.rest}{path}", timeout=10) as answer:
            return answer.read().decode()


def expect_report(text, *patterns):
    for pattern in patterns:
        expect(re.search(pattern, text, re.M), f"no {pattern!r} in:\n{text[-4000:]}")


def act(arguments):
    with CrashingCluster(arguments.weir) as cluster:
        cluster.start_jobmanager()
        cluster.start_taskmanager(1, 1, "--state-dir", cluster.scratch)
        cluster.wait_for_jobmanager()
        job = cluster.submit(cluster.write_sql("job.sql", SQL), 1)
        cluster.wait_until_runs(job)

        pid = cluster.pid("taskmanager-1")
        cluster.arm(STEP, "fault")
        cluster.dies("taskmanager-1", pid, "SIGSEGV")
        report = (rf"^[-0-9]+T[:.0-9]+ F weir taskmanager, pid {pid}, died of SIGSEGV in thread \d+ \(worker\) "
                  rf"at work on job {job}, attempt \d+, vertex \d+, subtask 0$",
                  r"^  #\d+ weir\+0x[0-9a-f]+ weir::Failpoint\(\)$",
                  r"^  #\d+ weir\+0x[0-9a-f]+ weir::Task::Run\(\)$",
                  r"^  #\d+ weir\+0x[0-9a-f]+ weir::WorkerPool::Work\(\)$")
        expect_report(cluster.log("taskmanager-1"), *report)
        cluster.say("a worker that crashed named the job, the vertex and its functions")

        cluster.wait_until_runs(job)
        expect_report(cluster.log("jobmanager"), rf"lost task manager .* pid {pid}\b")
        managers = re.findall(r'"id" ?: ?"([^"]+)"', cluster.rest("/taskmanagers"))
        expect(len(managers) == 1, f"task managers: {managers}")
        # Also for people who see only the processes that live.
        expect_report(cluster.rest(f"/taskmanagers/{managers[0]}/log"), "died of a mistake of its own",
                      *(pattern.replace("^", " ") for pattern in report))
        expect(not [name for _, _, files in os.walk(cluster.scratch) for name in files if name == "crash-report"],
               "the report is still in the folder of the dead")
        cluster.say("its successor has the report in its log")

        pid = cluster.pid("jobmanager")
        os.kill(pid, signal.SIGSEGV)
        cluster.dies("jobmanager", pid, "SIGSEGV")
        expect_report(cluster.log("jobmanager"),
                      rf"weir jobmanager, pid {pid}, died of SIGSEGV sent by process {os.getpid()} in thread \d+ ",
                      r"^  #\d+ weir\+0x[0-9a-f]+ weir::")
        cluster.wait_for_jobmanager()
        cluster.wait_until_runs(job)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weir", required=True)
    arguments = parser.parse_args()
    run_scenario(lambda: act(arguments))


if __name__ == "__main__":
    main()
