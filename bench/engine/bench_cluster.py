"""The tests' cluster of real processes, with what measuring needs: CPU and memory of its processes, bounded runs."""

import json
import os
import subprocess
import sys
import time

ROOT = os.path.realpath(os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", ".."))
sys.path.insert(0, os.path.join(ROOT, "tests", "e2e"))
from harness import WEIR_PROCESSES, TestCluster, expect

import cases

TOPIC = "events"
PARTITIONS = 4
TICKS_PER_S = os.sysconf("SC_CLK_TCK")


class BenchCluster(TestCluster):
    def __init__(self, weir, limits):
        super().__init__(weir)
        self.limits = os.path.abspath(limits)

    def say(self, text):
        """Standard output is the report's."""
        print(f"{time.monotonic() - self.began:7.1f} s  {text}", file=sys.stderr, flush=True)

    # --- limits --------------------------------------------------------------------------------
    def run_loop(self, name, events, window_s):
        arguments = cases.LOOPS[name]
        if arguments[0] in cases.OVER_TOPIC:
            arguments = arguments + self.topic_options() + ["--events", str(events)]
        if arguments[0] == "aggregate":
            arguments = arguments + ["--window-ms", str(window_s * 1000)]
        if arguments[0] == "upsert":
            arguments = arguments + ["--database", self.database]
        return self.limits_json(arguments)

    def topic_options(self):
        return ["--bootstrap", self.bootstrap, "--topic", TOPIC, "--partitions", str(PARTITIONS)]

    def produce_events(self, events, span_s):
        self.create_topic(TOPIC, PARTITIONS)
        done = self.limits_json(["produce", *self.topic_options(), "--events", str(events), "--span-s", str(span_s)])
        self.say(f"{events} events written in {done['wall_s']:.1f} s")

    def limits_json(self, arguments):
        done = subprocess.run([self.limits, *arguments, "--json"], text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE)
        expect(done.returncode == 0, f"limits {arguments[0]} failed: {done.stderr.strip()}")
        return json.loads(done.stdout)

    # --- the engine ----------------------------------------------------------------------------
    def weir_names(self):
        return [name for name in self.names() if name.startswith(WEIR_PROCESSES)]

    def renew(self):
        """New processes: the peak of memory is this run's alone."""
        for name in reversed(self.weir_names()):
            self.supervise("halt", name)
        for name in self.weir_names():
            self.kills[name] = self.kills.get(name, 0) + 1
            self.supervise("resume", name)
        self.eventually(lambda: all(self.pid(name) for name in self.weir_names()), 10, "new processes")
        self.wait_for_jobmanager()

    def cpu_s(self, name):
        with open(f"/proc/{self.pid(name)}/stat", "rb") as f:
            fields = f.read().rpartition(b")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS_PER_S

    def source(self, events=None, topic=TOPIC):
        """The topic as a table; the first `events` of it, or without an end."""
        bounds = ""
        if events:
            ends = ";".join(f"partition:{p},offset:{(events + PARTITIONS - 1 - p) // PARTITIONS}"
                            for p in range(PARTITIONS))
            bounds = (f"\n  'scan.bounded.mode' = 'specific-offsets',"
                      f"\n  'scan.bounded.specific-offsets' = '{ends}',")
        return cases.SOURCE.format(topic=topic, bootstrap=self.bootstrap, bounds=bounds)

    def database_options(self):
        return (f"'connector' = 'jdbc', 'url' = 'jdbc:postgresql://127.0.0.1:{self.ports.postgres}/weir', "
                "'username' = 'weir', 'password' = 'weir'")

    def run_case(self, case, events, window_s, parallelism):
        """One bounded run: what it cost."""
        self.renew()
        if case.table:
            self.sql(f"DROP TABLE IF EXISTS {case.table}; CREATE TABLE {case.table} (window_start timestamp(3), "
                     "key bigint, events bigint, total double precision, PRIMARY KEY (window_start, key))")
        script = self.write_sql(case.name + ".sql", case.script(
            self.source(events), window_s, self.database_options(), os.path.join(self.directory, "files")))
        names = self.weir_names()
        before = {name: self.cpu_s(name) for name in names}
        job = self.submit(script, parallelism)
        # Seldom: each look costs the machine a process.
        while True:
            info = self.info(job)
            expect(info, f"{case.name}: the job manager does not answer")
            if info["state"] in ("FINISHED", "FAILED", "CANCELED"):
                break
            time.sleep(0.3)
        expect(info["state"] == "FINISHED", f"{case.name}: {info['state']}: {info.get('reason', info['failures'])}")
        cpu = {name: self.cpu_s(name) - before[name] for name in names}
        result = {
            "events": events,
            "cpu_s": sum(cpu.values()),
            "cpu_s_by_process": cpu,
            "wall_s": (info["ended_ms"] - info["started_ms"]) / 1000,
            "peak_mb": {name: self.memory_mb(name, "VmHWM") for name in names},
            "checkpoints": sum(one["state"] == "COMPLETED" for one in info["checkpoints"]),
        }
        if case.table:
            rows, total = self.sql(f"SELECT count(*), sum(events) FROM {case.table}").split("|")
            expect(int(total) == events, f"{case.name}: {total} of {events} events are in the table")
            result["rows"] = int(rows)
        return result
