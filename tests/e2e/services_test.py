#!/usr/bin/env python3
"""deploy/services with the real servers: ready when start returns, twice is once, clear errors, data kept over
SIGKILL, nothing left after stop."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.realpath(os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", ".."))
sys.path.insert(0, os.path.join(ROOT, "deploy", "lib"))
from processes import PidFile, free_port, start_time


class ServicesTest(unittest.TestCase):
    def setUp(self):
        # Not below a closed home: PostgreSQL may run under another account.
        self.dir = tempfile.mkdtemp(prefix="weir-services-", dir="/tmp")
        os.chmod(self.dir, 0o755)
        self.started = []

    def tearDown(self):
        for service in self.started:
            self.order(service, "stop")
        shutil.rmtree(self.dir)

    def order(self, service, command, *arguments, folder=None):
        if command == "start" and folder is None:
            self.started.append(service)
        target = ["--dir", os.path.join(self.dir, folder or service)] if command != "topic" else []
        done = subprocess.run([os.path.join(ROOT, "deploy", "services", service), command, *target, *arguments],
                              text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=180)
        return done.returncode, done.stdout

    def pid(self, service):
        return PidFile(os.path.join(self.dir, service, service + ".pid")).pid()

    def test_no_port_is_given_twice(self):
        ask = "from processes import free_port\nprint(*(free_port() for _ in range(40)))"
        asked = [subprocess.Popen([sys.executable, "-c", ask], cwd=os.path.join(ROOT, "deploy", "lib"), text=True,
                                  stdout=subprocess.PIPE) for _ in range(4)]
        given = [port for process in asked for port in process.communicate()[0].split()]
        self.assertEqual(len(given), 160)
        self.assertEqual(len(set(given)), 160)

    def run_through(self, service, write, read):
        port = str(free_port())
        code, text = self.order(service, "start", "--port", port)
        self.assertEqual(code, 0, text)
        pid = self.pid(service)
        write(port)
        self.assertEqual(self.order(service, "status")[0], 0)
        self.assertIn("already running", self.order(service, "start", "--port", port)[1])
        self.assertEqual(self.pid(service), pid)

        code, text = self.order(service, "start", "--port", port, folder="second")
        self.assertEqual(code, 1)
        self.assertRegex(text, f"needs port {port}, which is in use by process {pid} ")

        os.kill(pid, signal.SIGKILL)
        while start_time(pid) is not None:
            pass
        self.assertEqual(self.order(service, "status")[0], 3)
        code, text = self.order(service, "start", "--port", port)
        self.assertEqual(code, 0, text)
        read(port)

        pid = self.pid(service)
        code, text = self.order(service, "stop")
        self.assertEqual((code, start_time(pid)), (0, None), text)
        self.assertIn("was not running", self.order(service, "stop")[1])

    def test_kafka(self):
        def write(port):
            code, text = self.order("kafka", "topic", "--port", port, "--create", "t", "--partitions", "3")
            self.assertEqual(code, 0, text)
            subprocess.run(["kcat", "-P", "-b", "127.0.0.1:" + port, "-t", "t"], input=b"one\n", check=True)

        def read(port):
            got = subprocess.run(["kcat", "-C", "-q", "-e", "-b", "127.0.0.1:" + port, "-t", "t"],
                                 stdout=subprocess.PIPE, check=True, timeout=60)
            self.assertEqual(got.stdout, b"one\n")

        self.run_through("kafka", write, read)

    def test_postgres(self):
        def sql(port, text, password="weir"):
            return subprocess.run(["psql", "-qXAt", "-c", text,
                                   f"postgresql://weir:{password}@127.0.0.1:{port}/weir"],
                                  text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout.strip()

        def write(port):
            self.assertEqual(sql(port, "CREATE TABLE t AS SELECT 42 AS n"), "")
            self.assertIn("password authentication failed", sql(port, "SELECT 1", password="wrong"))

        self.run_through("postgres", write, lambda port: self.assertEqual(sql(port, "SELECT n FROM t"), "42"))


if __name__ == "__main__":
    unittest.main()
