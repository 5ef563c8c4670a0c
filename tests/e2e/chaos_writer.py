"""Writes the events of a workload while faults strike."""

import json
import os
import random
import subprocess
import threading
import time

from harness import Failure, expect


class Writer(threading.Thread):
    """Writes a workload's events at a steady pace for some seconds, or until it is told to end; what the topic holds in
    the end is the truth."""

    def __init__(self, cluster, workload, seed, seconds):
        super().__init__()
        self.cluster, self.workload, self.random, self.seconds = cluster, workload, random.Random(seed), seconds
        self.enough = threading.Event()
        self.error = None
        self.written = 0

    def run(self):
        try:
            self.write()
        except (OSError, subprocess.SubprocessError, Failure) as error:
            self.error = error

    def finish(self):
        self.join()
        expect(self.error is None, f"the producer failed: {self.error}")

    def write(self):
        with producer(self.cluster) as kcat:
            for key, message in self.workload.opening():
                kcat.stdin.write(line_of(key, message))
                self.written += 1
            opened = self.written
            began = time.monotonic()
            while (passed := time.monotonic() - began) < self.seconds and not self.enough.is_set():
                due = opened + int(passed * self.workload.events_per_s)
                lines = []
                while self.written < due:
                    lines.append(line_of(*self.workload.event(self.random)))
                    self.written += 1
                kcat.stdin.write("".join(lines))
                kcat.stdin.flush()
                time.sleep(0.02)
        expect(kcat.returncode == 0, f"kcat ended with code {kcat.returncode}")
        # Behind all the others, in each partition.
        for partition, key, message in self.workload.closing():
            with producer(self.cluster, "-p", str(partition)) as kcat:
                kcat.stdin.write(line_of(key, message))
            expect(kcat.returncode == 0, f"kcat ended with code {kcat.returncode}")


def producer(cluster, *options):
    # One request at a time: with more, Debian's librdkafka 2.0.2 ends for good with "sequence desynchronization" when a
    # leader dies with some on the way (its #4438, mended in 2.3).
    with open(os.path.join(cluster.directory, "producer.log"), "a") as log:  # shown when the test fails
        return subprocess.Popen(
            ["kcat", "-P", "-E", "-b", cluster.bootstrap, "-t", "events", "-K", "\t", "-X", "linger.ms=5", "-X",
             "enable.idempotence=true", "-X", "max.in.flight=1", "-X", "message.timeout.ms=120000", *options],
            stdin=subprocess.PIPE, stderr=log, text=True)


def line_of(key, message):
    return f"{key}\t{json.dumps(message)}\n"
