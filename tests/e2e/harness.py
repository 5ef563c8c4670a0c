"""A Weir cluster of real processes for one test: its own folder, its own ports, a supervisor that brings killed
processes back, and the means to hurt it."""

import argparse
import glob
import json
import os
import random
import re
import shutil
import signal
import sys
import tempfile
import time

ROOT = os.path.realpath(os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", ".."))
sys.path.insert(0, os.path.join(ROOT, "deploy", "lib"))
from cluster import Cluster, Ports
from processes import Problem, start_time, tail

# Seconds that a test waits for what must come: no test says how fast something is, and the machine may be busy.
PATIENCE = 60
WEIR_PROCESSES = ("jobmanager", "taskmanager")
SANITIZER_REPORT = re.compile(r"^.*(?:(?:ERROR|WARNING): \w+Sanitizer|: runtime error: ).*$", re.MULTILINE)


class Failure(Exception):
    """The test's own verdict: what was expected and what was there."""


def expect(condition, text):
    if not condition:
        raise Failure(text)


class TestCluster(Cluster):
    """with TestCluster(weir) as cluster: ... Removes its folder when all went well, keeps it and prints the ends of
    the logs when not. Every restart of a Weir process that the test did not cause is a failure."""

    def __init__(self, weir, seed=None):
        # Not below a closed home: PostgreSQL may run under another account.
        directory = tempfile.mkdtemp(prefix="weir-e2e-", dir="/tmp")
        os.chmod(directory, 0o755)
        super().__init__(directory, weir, Ports.free())
        self.kills = {}
        self.seed = seed if seed is not None else random.SystemRandom().getrandbits(31)
        self.random = random.Random(self.seed)
        self.began = time.monotonic()

    def say(self, text):
        print(f"{time.monotonic() - self.began:7.1f} s  {text}", flush=True)

    def __enter__(self):
        if not os.access(self.weir, os.X_OK):
            raise Problem(f"no binary {self.weir}: build it first")
        self.say(f"folder {self.directory}, seed {self.seed}")
        return self

    def __exit__(self, kind, error, trace):
        try:
            if kind is None:
                try:
                    self.expect_no_strange_restarts()
                except Failure as failure:
                    kind, error = Failure, failure
                    raise
        finally:
            try:
                if kind is not None:
                    self.report(error)
            finally:
                self.stop()
        if kind is None:
            # A leak, or a race while ending, is found after the last check above.
            self.expect_no_sanitizer_reports()
            shutil.rmtree(self.directory, ignore_errors=True)

    def report(self, error):
        print(f"\nFAILED: {type(error).__name__}: {error}\n", file=sys.stderr)
        for path in sorted(glob.glob(os.path.join(self.directory, "*.log"))):
            print(f"--- {path}\n{tail(path, 25)}", file=sys.stderr)
        print(f"\neverything is kept in {self.directory}", file=sys.stderr, flush=True)

    def start(self, task_managers=2, slots=2, services=True):
        if services:
            # A test loses nothing when the machine does: no waiting for its disk.
            self.start_services(["fsync=off"])
        self.start_jobmanager()
        for number in range(1, task_managers + 1):
            self.start_taskmanager(number, slots)
        self.wait_for_jobmanager()
        if services:
            self.wait_for_services()
        self.say(f"{task_managers} task managers, {slots} slots each")

    # --- hurting -------------------------------------------------------------------------------
    def kill(self, name):
        """SIGKILL; the supervisor starts it again."""
        pid = self.pid(name)
        expect(pid is not None, f"{name} does not run")
        self.kills[name] = self.kills.get(name, 0) + 1
        os.kill(pid, signal.SIGKILL)
        self.say(f"killed {name} (pid {pid})")

    def restarts(self):
        return {words[0]: (int(words[3]), " ".join(words[4:]))
                for words in map(str.split, self.supervise("status").splitlines())}

    def expect_no_strange_restarts(self):
        if not self.running():
            raise Failure("the supervisor itself has ended")
        for name, (count, last_exit) in self.restarts().items():
            if name.startswith(WEIR_PROCESSES):
                caused = self.kills.get(name, 0)
                expect(count == caused, f"{name} ended {count} times, the test caused {caused}; last: {last_exit}")

    def expect_no_sanitizer_reports(self):
        for path in sorted(glob.glob(os.path.join(self.directory, "*.log"))):
            with open(path, errors="replace") as log:
                found = SANITIZER_REPORT.search(log.read())
            expect(not found, f"{path} holds a report: {found and found.group()}")

    # --- watching ------------------------------------------------------------------------------
    def info(self, job):
        """What `weir info` says now; None while there is no answer."""
        done = self.client("info", job, "--output", "json")
        return json.loads(done.stdout) if done.returncode == 0 else None

    def wait_until_runs(self, job, seconds=PATIENCE):
        """Until all tasks of the job run; what `weir info` said meanwhile, each state once."""
        seen = []

        def runs():
            info = self.info(job)
            if info is None:
                return False
            text = info["state"] + (": " + info["reason"] if info.get("reason") else "")
            if text not in seen:
                seen.append(text)
            return info["state"] == "RUNNING" and info["tasks_running"] == info["tasks_total"]

        self.eventually(runs, f"all tasks of {job} run", seconds, pause=0.02)
        return "; ".join(seen)

    def eventually(self, condition, what, seconds=PATIENCE, pause=0.2):
        deadline = time.monotonic() + seconds
        while True:
            value = condition()
            if value:
                return value
            expect(time.monotonic() < deadline, f"after {seconds} s still not: {what}")
            time.sleep(pause)

    def resident_mb(self, name):
        return self.memory_mb(name, "VmRSS")

    def memory_mb(self, name, field):
        """VmRSS: now; VmHWM: the most that the process ever had."""
        pid = self.pid(name)
        try:
            with open(f"/proc/{pid}/status") as f:
                return int(re.search(rf"{field}:\s+(\d+) kB", f.read()).group(1)) / 1024
        except (OSError, AttributeError):
            return 0.0

    def checkpoints(self, job):
        """{id: folder} of the job's checkpoints that exist now."""
        found = {}
        for path in glob.glob(os.path.join(self.checkpoint_dir(), "**", "chk-*"), recursive=True):
            number = re.search(r"chk-(\d+)$", path)
            if number and job in path:
                found[int(number.group(1))] = path
        return found

    def wait_for_checkpoint(self, job, seconds=PATIENCE):
        """The newest checkpoint that began after this call."""
        before = max(self.checkpoints(job), default=0)
        # One more than the next: the next may have begun before the call.
        found = self.eventually(lambda: {n: p for n, p in self.checkpoints(job).items() if n > before + 1},
                                f"a checkpoint of {job} after {before + 1}", seconds)
        return found[max(found)]

    def expect_equal(self, wait_s, *options):
        equal, text = self.verify(wait_s, *options)
        expect(equal, "the tables differ from the topic:\n" + text)
        self.say(text.splitlines()[-1])


def run_scenarios(doc, scenarios, cluster=TestCluster, **numbers):
    """The main function of a test with scenarios, {name: function of a `cluster` and the arguments}. `numbers`: further
    options and what they are if not given."""
    parser = make_parser(doc, numbers)
    parser.add_argument("--scenario", choices=scenarios, required=True)
    arguments = parser.parse_args()
    run_on_cluster(scenarios[arguments.scenario], cluster, arguments)


def run_test(doc, scenario, **numbers):
    """The main function of a test that is one scenario."""
    run_on_cluster(scenario, TestCluster, make_parser(doc, numbers).parse_args())


def make_parser(doc, numbers):
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weir", required=True)
    for name, default in numbers.items():
        parser.add_argument("--" + name, type=int, default=default)
    parser.add_argument("--seed", type=int)
    return parser


def run_on_cluster(scenario, cluster, arguments):
    def act():
        with cluster(arguments.weir, arguments.seed) as hurt:
            scenario(hurt, arguments)

    run_scenario(act)


def run_scenario(act, out=None):
    """Exit codes for ctest: 0 passed, 1 failed. `out`: where "passed" goes, standard output if not given."""
    began = time.monotonic()
    try:
        act()
    except (Failure, Problem) as error:
        print(f"FAILED after {time.monotonic() - began:.1f} s: {error}", file=sys.stderr)
        sys.exit(1)
    print(f"passed in {time.monotonic() - began:.1f} s", file=out)
