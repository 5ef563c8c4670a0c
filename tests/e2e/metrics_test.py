#!/usr/bin/env python3
"""A real Prometheus reads a cluster: the metrics are as its own tool wants them, every panel of the dashboard shows
something, every alert can be evaluated, and the numbers are those of the job. All processes send the same by DogStatsD:
every datagram is held against the protocol, and what they add up to against /metrics.

  metrics_test.py --weir BINARY --prometheus FOLDER
"""

import argparse
import json
import os
import re
import socket
import subprocess
import threading
import sys
import time
import urllib.parse
import urllib.request

from harness import ROOT, TestCluster, expect, run_scenario
from processes import free_port

JOB = """
SET 'execution.checkpointing.interval' = '1 s';
CREATE TABLE numbers (n BIGINT, ts AS TO_TIMESTAMP_LTZ(n, 3), WATERMARK FOR ts AS ts) WITH (
  'connector' = 'kafka', 'topic' = 'numbers', 'properties.bootstrap.servers' = 'localhost:9092', 'format' = 'json',
  'scan.startup.mode' = 'earliest-offset');
CREATE TABLE away (n BIGINT, c BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO away SELECT n, COUNT(*) FROM TABLE(TUMBLE(TABLE numbers, DESCRIPTOR(ts), INTERVAL '1' SECOND))
GROUP BY n, window_start, window_end;
"""
ROWS = 5000


class Prometheus:
    def __init__(self, cluster, folder, targets):
        self.tool = os.path.join(folder, "usr", "bin", "promtool")
        self.port = free_port()
        config = os.path.join(cluster.directory, "prometheus.yml")
        scrapes = [{"job_name": name, "static_configs": [{"targets": [f"127.0.0.1:{port}" for port in ports]}]}
                   for name, ports in targets.items()]
        with open(config, "w") as f:  # JSON is YAML
            json.dump({"global": {"scrape_interval": "500ms", "evaluation_interval": "500ms"},
                       "rule_files": [os.path.join(ROOT, "deploy", "prometheus", "alerts.yml")],
                       "scrape_configs": scrapes}, f)
        cluster.run("prometheus", [os.path.join(folder, "usr", "bin", "prometheus"), f"--config.file={config}",
                                   f"--storage.tsdb.path={os.path.join(cluster.directory, 'prometheus')}",
                                   f"--web.listen-address=127.0.0.1:{self.port}"])

    def get(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
            return json.load(answer)["data"]

    def query(self, expression):
        """[(labels, value)]"""
        found = self.get("/api/v1/query?" + urllib.parse.urlencode({"query": expression}))
        return [(one["metric"], float(one["value"][1])) for one in found["result"]]

    def answers(self):
        try:
            return self.query("vector(1)")
        except OSError:
            return None

    def check(self, *arguments, text=None):
        done = subprocess.run([self.tool, *arguments], input=text, text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        expect(done.returncode == 0, f"promtool {' '.join(arguments)}:\n{done.stdout}")


def read(port, path):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
        expect(answer.headers["content-type"].startswith("text/plain; version=0.0.4"), "the content type")
        return answer.read().decode()


class Agent:
    """What speaks to an agent of Datadog comes here."""

    METRIC = re.compile(r"(?P<name>[A-Za-z][A-Za-z0-9_.]*):(?P<value>-?\d+(\.\d+)?([eE][+-]?\d+)?)\|(?P<type>[cg])"
                        r"\|#(?P<tags>[^|#\n]+)")

    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.wrong, self.datagrams = [], 0
        self.counters, self.gauges = {}, {}  # by process and (name, tags): the sum, the last
        self.lock = threading.Lock()
        threading.Thread(target=self.receive, daemon=True).start()

    def receive(self):
        while True:
            datagram = self.socket.recv(65536)
            with self.lock:
                self.datagrams += 1
                if len(datagram) > 1432:
                    self.wrong.append(f"{len(datagram)} bytes")
                for line in datagram.decode().split("\n"):
                    self.take(line)

    def take(self, line):
        metric = self.METRIC.fullmatch(line)
        tags = metric and dict(tag.partition(":")[::2] for tag in metric["tags"].split(","))
        if not metric or any(len(tag) > 200 for tag in metric["tags"].split(",")):
            return self.wrong.append(line)
        process = (tags.pop("process"), tags.pop("instance"))
        key = (metric["name"], tuple(sorted(tags.items())))
        if metric["type"] == "c":
            of = self.counters.setdefault(process, {})
            of[key] = of.get(key, 0) + float(metric["value"])
        else:
            self.gauges.setdefault(process, {})[key] = float(metric["value"])


def as_tag(name, value):
    """What of a label comes through: 200 bytes of the tag, without the signs of the protocol."""
    tag = name + ":" + re.sub(r"[,|#\x00-\x1f]", "_", value)
    return tag.encode()[:200].decode(errors="ignore")[len(name) + 1:]


def samples(text):
    """{(name, labels): value} of a page for Prometheus, its labels as tags, and the names of its counters."""
    found = {}
    for name, labels, value in re.findall(r"^(\w+)(?:{(.*)})? (\S+)$", text, re.M):
        pairs = re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', labels)
        unescaped = [(key, re.sub(r"\\(.)", lambda m: "\n" if m[1] == "n" else m[1], one)) for key, one in pairs]
        found[(name, tuple(sorted((key, as_tag(key, one)) for key, one in unescaped)))] = float(value)
    return found, set(re.findall(r"^# TYPE (\w+) counter$", text, re.M))


# These change while one looks.
MOVING = re.compile(r"process_|_(busy|idle|backpressured)_seconds|uptime|last_checkpoint|checkpoints_completed|state_memory")


def agent_was_told(agent, process, text):
    """Whether what one process has sent is what its page says; of what moves, that it was sent."""
    expected, counters = samples(text)
    with agent.lock:
        told = {**agent.counters.get(process, {}), **agent.gauges.get(process, {})}
    for key, value in expected.items():
        if key[0] in counters and value == 0:
            continue  # nothing was added
        if key not in told or (not MOVING.search(key[0]) and abs(told[key] - value) > 1e-6 * abs(value)):
            return False
    return True


def panels():
    """{title: [expression]} of the dashboard, its variables filled in."""
    with open(os.path.join(ROOT, "deploy", "grafana", "weir.json")) as f:
        dashboard = json.load(f)
    return {panel["title"]: [target["expr"].replace("$__rate_interval", "5s").replace("$job", ".*")
                             for target in panel["targets"]] for panel in dashboard["panels"]}


def metrics(cluster, folder):
    cluster.start_services(["fsync=off"])
    agent = Agent()
    config = os.path.join(cluster.directory, "weir.yaml")
    with open(config, "w") as f:
        f.write(f"metrics.reporter.dogstatsd:\n  host: localhost\n  port: {agent.port}\n  interval: 200 ms\n")
    cluster.start_jobmanager("--config", config)
    ports = [free_port(), free_port()]
    for number, port in enumerate(ports, 1):
        cluster.start_taskmanager(number, 2, "--metrics-port", str(port), "--config", config)
    cluster.wait_for_jobmanager()
    cluster.wait_for_services()
    cluster.create_topic("numbers", 2)
    rows = "".join(f'{{"n":{n}}}\n' for n in range(ROWS))
    subprocess.run(["kcat", "-P", "-b", cluster.bootstrap, "-t", "numbers"], input=rows, text=True, check=True)
    job = cluster.submit(cluster.write_sql("job.sql", JOB), 2)
    cluster.wait_until_runs(job)
    prometheus = Prometheus(cluster, folder, {"weir-jobmanager": [cluster.ports.rest], "weir-taskmanager": ports})
    cluster.eventually(prometheus.answers, "Prometheus answers")
    cluster.eventually(lambda: len([1 for _, up in prometheus.query("up") if up == 1]) == 3, "three are up")

    for port in (cluster.ports.rest, *ports):
        prometheus.check("check", "metrics", text=read(port, "/metrics"))
        expect("flink_" in read(port, "/metrics/flink"), "Flink's names")
    read_rows = f'sum(weir_task_records_in_total{{job_id="{job}",source="true"}})'
    cluster.eventually(lambda: [v for _, v in prometheus.query(read_rows)] == [ROWS], f"{ROWS} rows were read")
    cluster.eventually(lambda: prometheus.query("weir_job_checkpoints_completed_total > 2"), "three checkpoints")
    for title, expressions in panels().items():
        for expression in expressions:
            cluster.eventually(lambda: prometheus.query(expression), f"{title}: {expression} shows something")
    alerts = os.path.join(ROOT, "deploy", "prometheus")
    prometheus.check("check", "rules", os.path.join(alerts, "alerts.yml"))
    prometheus.check("test", "rules", os.path.join(alerts, "alerts_test.yml"))
    prometheus.check("check", "config", os.path.join(alerts, "prometheus.yml"))
    def rules():
        return [rule for group in prometheus.get("/api/v1/rules")["groups"] for rule in group["rules"]]

    cluster.eventually(lambda: rules() and all(rule["health"] == "ok" for rule in rules()), "every alert is evaluated")
    for rule in rules():
        names = re.findall(r"\b(weir_\w+|process_\w+)", rule["query"])
        expect(all(prometheus.query(f"count({name})") for name in names), f"{rule['name']}: one of {names} is not told")
    # The agent was told the same.
    addresses = {one["pid"]: one["address"] for one in
                 json.loads(cluster.client("taskmanager", "list", "--output", "json").stdout)}
    processes = {("jobmanager", cluster.jobmanager): cluster.ports.rest}
    for number, port in enumerate(ports, 1):
        processes[("taskmanager", addresses[cluster.pid(f"taskmanager-{number}")])] = port
    for process, port in processes.items():
        cluster.eventually(lambda: agent_was_told(agent, process, read(port, "/metrics")),
                           f"{process} has told the agent: {agent.counters.get(process)} {agent.gauges.get(process)}")
    expect(not agent.wrong, f"no DogStatsD: {agent.wrong[:5]}")
    with agent.lock:
        expect(set(agent.counters) == set(processes), f"{set(agent.counters)}")
        sent = sum(value for of in agent.counters.values() for (name, tags), value in of.items()
                   if name == "weir_task_records_in_total" and ("source", "true") in tags)
    expect(sent == ROWS, f"{sent} rows were read, says the agent")
    cluster.say(f"{agent.datagrams} datagrams of DogStatsD")
    # What a dashboard says is what `weir info` says.
    told = {labels["vertex"]: v for labels, v in
            prometheus.query(f'sum by (vertex) (weir_task_records_in_total{{job_id="{job}"}})')}
    vertices = cluster.info(job)["vertices"]
    expect({str(v["id"]): v["records_in"] for v in vertices} == told, f"{vertices} and {told}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weir", required=True)
    parser.add_argument("--prometheus", required=True, help="where its Debian package was unpacked")
    arguments = parser.parse_args()

    def act():
        with TestCluster(arguments.weir) as cluster:
            metrics(cluster, arguments.prometheus)

    run_scenario(act)


if __name__ == "__main__":
    sys.exit(main())
