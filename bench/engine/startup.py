"""How soon the first row is there, and what a small job holds in memory."""

import os
import re
import selectors
import signal
import statistics
import subprocess
import tempfile
import time

from harness import expect
from processes import free_port


SMALL = """\
CREATE TABLE shown (user_id BIGINT, amount DOUBLE) WITH ('connector' = 'print', 'print-identifier' = '{mark}');
INSERT INTO shown SELECT user_id, amount FROM events WHERE amount >= 0;
"""
SMALL_TOPIC = "few_events"
SMALL_EVENTS = 100
IDLE_S = 3


class OwnProcesses:
    """A job manager and a task manager without the supervisor, whose own start would be measured with them."""

    def __init__(self, cluster):
        self.cluster = cluster
        self.address = f"127.0.0.1:{free_port()}"
        self.directory = tempfile.mkdtemp(prefix="own-", dir=cluster.directory)
        self.errors = open(os.path.join(self.directory, "processes.log"), "w")
        self.processes = []

    def start(self):
        port = self.address.rpartition(":")[2]
        for command in (["jobmanager", "--bind-address", "127.0.0.1", "--rpc-port", port, "--no-rest", "--checkpoint-dir",
                         os.path.join(self.directory, "checkpoints"), "--ha-dir", os.path.join(self.directory, "ha")],
                        ["taskmanager", "--jobmanager", self.address, "--slots", "2"]):
            self.processes.append(subprocess.Popen([self.cluster.weir, *command], stdout=subprocess.PIPE,
                                                   stderr=self.errors, start_new_session=True))

    def submit(self, script):
        return subprocess.run([self.cluster.weir, "run", "-f", script, "--detached", "--jobmanager", self.address],
                              text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def submit_when_up(self, script):
        """As a script of a user would: until there is somebody to take it."""
        deadline = time.monotonic() + 10
        while (done := self.submit(script)).returncode != 0:
            expect("cannot reach" in done.stdout and time.monotonic() < deadline, done.stdout)
        return re.search(r"\b[0-9a-f]{32}\b", done.stdout).group(0)

    def wait_for_line(self, mark):
        """Until the sink has printed a row."""
        output = self.processes[1].stdout.fileno()
        seen = b""
        with selectors.DefaultSelector() as selector:
            selector.register(output, selectors.EVENT_READ)
            while mark.encode() not in seen:
                expect(selector.select(20), f"no row within 20 s; {self.directory} has the logs")
                seen += os.read(output, 1 << 16)

    def resident_mb(self):
        total = {}
        for name, process in zip(("jobmanager", "taskmanager"), self.processes):
            with open(f"/proc/{process.pid}/status") as f:
                total[name] = int(re.search(r"VmRSS:\s+(\d+) kB", f.read()).group(1)) / 1024
        return total

    def stop(self):
        for process in reversed(self.processes):
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=20)
        self.errors.close()


def measure(cluster, rounds):
    """Medians over the rounds, in milliseconds and MB."""
    cluster.create_topic(SMALL_TOPIC, 1)
    cluster.limits_json(["produce", "--bootstrap", cluster.bootstrap, "--topic", SMALL_TOPIC, "--partitions", "1",
                         "--events", str(SMALL_EVENTS)])
    source = cluster.source(topic=SMALL_TOPIC)
    first, second = (cluster.write_sql(mark + ".sql", source + SMALL.format(mark=mark)) for mark in ("first", "second"))
    cold, warm, accepted, memory = [], [], [], []
    for _ in range(rounds):
        own = OwnProcesses(cluster)
        try:
            began = time.monotonic()
            own.start()
            job = own.submit_when_up(first)
            own.wait_for_line("first>")
            cold.append(time.monotonic() - began)
            time.sleep(IDLE_S)
            memory.append(own.resident_mb())
            done = subprocess.run([cluster.weir, "cancel", job, "--jobmanager", own.address], stdout=subprocess.PIPE)
            expect(done.returncode == 0, "cancel failed")
            time.sleep(0.5)
            began = time.monotonic()
            expect(own.submit(second).returncode == 0, "the second job was not accepted")
            accepted.append(time.monotonic() - began)
            own.wait_for_line("second>")
            warm.append(time.monotonic() - began)
        finally:
            own.stop()

    def ms(values):
        return round(statistics.median(values) * 1000)

    return {"nothing_to_first_row_ms": ms(cold), "submission_to_first_row_ms": ms(warm),
            "submission_accepted_ms": ms(accepted),
            "resident_mb": {name: round(statistics.median(one[name] for one in memory), 1) for name in memory[0]}}
