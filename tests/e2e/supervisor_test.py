#!/usr/bin/env python3
"""deploy/supervisor with real processes: restarts, back-off, halting, and that nothing outlives it."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "..")
sys.path.insert(0, os.path.join(ROOT, "deploy", "lib"))
from processes import PidFile, start_time

SUPERVISOR = os.path.join(ROOT, "deploy", "supervisor")


class SupervisorTest(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.mkdtemp(prefix="weir-supervisor-")

    def tearDown(self):
        self.order("stop", check=False)
        shutil.rmtree(self.dir)

    def order(self, command, *arguments, check=True):
        done = subprocess.run([SUPERVISOR, command, "--dir", self.dir, *arguments], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
        if check and done.returncode != 0:
            self.fail(f"{command}: {done.stdout}")
        return done.stdout

    def status(self):
        """{name: [state, pid, restarts, last exit ...]}"""
        return {words[0]: words[1:] for words in map(str.split, self.order("status").splitlines())}

    def pid(self, name):
        return PidFile(os.path.join(self.dir, name + ".pid")).pid()

    def log(self, name):
        with open(os.path.join(self.dir, name + ".log")) as f:
            return f.read()

    def wait_for(self, condition, seconds=60):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            value = condition()
            if value:
                return value
            time.sleep(0.02)
        self.fail("timed out; log:\n" + self.log("supervisor"))

    def test_a_killed_command_is_started_again(self):
        self.order("start", "--run", "a=sleep 600", "--run", "b=sleep 600")
        first, other = self.pid("a"), self.pid("b")
        os.kill(first, signal.SIGKILL)
        self.wait_for(lambda: self.pid("a") not in (None, first))
        self.assertEqual(self.pid("b"), other)
        self.assertEqual(self.status()["a"][0::2], ["running", "1", "SIGKILL"])

    def test_back_off_grows_for_what_ends_at_once(self):
        self.order("start", "--run", "quick=false", "--run", "absent=/no/such/program")
        time.sleep(2.0)
        # Starts after 0.1, 0.3, 0.7, 1.5 s, not dozens of times.
        for name in ("quick", "absent"):
            self.assertIn(int(self.status()[name][2]), range(3, 6), name)
        self.assertIn("No such file", self.log("absent"))

    def test_halt_resume_add(self):
        self.order("start", "--run", "a=sleep 600")
        self.order("halt", "a")
        self.assertEqual(self.status()["a"][0], "halted")
        self.assertIsNone(self.pid("a"))
        self.order("resume", "a")
        self.wait_for(lambda: self.pid("a"))
        self.order("add", "--run", "b=sleep 600")
        self.assertEqual(self.status()["b"][0], "running")
        self.assertIn("already there", self.order("add", "--run", "b=sleep 600", check=False))
        self.assertIn("there are: a, b", self.order("halt", "c", check=False))

    def test_halt_kills_what_ignores_sigterm(self):
        self.order("start", "--run", "deaf=bash -c 'trap : TERM; while :; do sleep 0.1; done'")
        began = time.monotonic()
        self.order("halt", "deaf", "--kill")
        self.assertLess(time.monotonic() - began, 5)  # a grace time is ten
        self.assertEqual(self.status()["deaf"][0], "halted")
        self.order("resume", "deaf")
        self.wait_for(lambda: self.pid("deaf"))

    def test_stop_ends_all_even_what_ignores_sigterm_is_not_waited_for_forever(self):
        self.order("start", "--run", "a=sleep 600", "--run",
                   "deaf=bash -c 'trap : TERM; while :; do sleep 0.1; done'")
        began = {name: (self.pid(name), start_time(self.pid(name))) for name in ("a", "deaf", "supervisor")}
        self.order("stop")
        for name, (pid, started) in began.items():
            self.assertNotEqual(start_time(pid), started, f"{name} still runs")

    def test_nothing_outlives_a_killed_supervisor(self):
        self.order("start", "--run", "a=sleep 600")
        pid = self.pid("a")
        started = start_time(pid)
        os.kill(self.pid("supervisor"), signal.SIGKILL)
        self.wait_for(lambda: start_time(pid) != started)
        self.assertIn("no supervisor runs", self.order("status", check=False))
        # Its remains do not prevent the next one.
        self.order("start", "--run", "a=sleep 600")
        self.assertIsNotNone(self.pid("a"))

    def test_it_ends_with_its_owner(self):
        owner = subprocess.Popen(["sleep", "600"])
        self.order("start", "--owner", str(owner.pid), "--run", "a=sleep 600")
        pid = self.pid("a")
        owner.kill()
        owner.wait()
        self.wait_for(lambda: start_time(pid) is None and self.pid("supervisor") is None)
        self.assertIn("no such process", self.order("run", "--owner", str(owner.pid), "--run", "a=x", check=False))

    def test_one_supervisor_per_folder(self):
        self.order("start", "--run", "a=sleep 600")
        self.assertIn("already runs", self.order("start", "--run", "a=sleep 600", check=False))


if __name__ == "__main__":
    unittest.main()
