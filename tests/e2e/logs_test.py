#!/usr/bin/env python3
"""What the processes of a cluster log, and what nobody may read there, on a cluster of real processes.

  logs_test.py --weir BINARY --scenario NAME

  read     `weir logs` and REST: a process, a job, standard output, the last lines, what comes; JSON; what is wrong
  secrets  jobs with a secret in every place for one run, fail and are refused: no output of anything shows one
"""

import json
import os
import re
import signal
import subprocess
import time
import urllib.error
import urllib.request

from harness import PATIENCE, expect, run_scenarios

LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z [DIWE] \[\d+\] [\w/]+\.cc:\d+ (\[job=[^\]]+\] )?.+")
FAILING = """
SET 'restart-strategy.type' = 'none';
CREATE TABLE words (v STRING) WITH ('connector' = 'datagen', 'number-of-rows' = '5', 'rows-per-second' = '5');
CREATE TABLE nothing (n INT) WITH ('connector' = 'blackhole');
INSERT INTO nothing SELECT CAST(v AS INT) FROM words;
"""
PRINTING = """
CREATE TABLE numbers (n INT) WITH ('connector' = 'datagen', 'rows-per-second' = '20', 'fields.n.kind' = 'sequence',
  'fields.n.start' = '1', 'fields.n.end' = '1000000');
CREATE TABLE shown (n INT) WITH ('connector' = 'print', 'print-identifier' = 'shown');
INSERT INTO shown SELECT n FROM numbers;
"""
SKIPPING = """
CREATE TABLE rows_in (n INT) WITH ('connector' = 'kafka', 'topic' = 'rows', 'format' = 'json',
  'properties.bootstrap.servers' = 'localhost:9092', 'scan.startup.mode' = 'earliest-offset',
  'json.ignore-parse-errors' = 'true');
CREATE TABLE nothing (n INT) WITH ('connector' = 'blackhole');
INSERT INTO nothing SELECT n FROM rows_in;
"""


def logs(cluster, *words):
    done = cluster.client("logs", *words)
    expect(done.returncode == 0, f"`weir logs {' '.join(words)}`: {done.stdout}")
    return done.stdout


def refused(cluster, code, why, *words):
    done = cluster.client("logs", *words)
    expect(done.returncode == code and re.search(why, done.stdout), f"`weir logs {' '.join(words)}`: {done.stdout}")


def get(cluster, path):
    with urllib.request.urlopen(f"http://127.0.0.1:{cluster.ports.rest}{path}", timeout=10) as answer:
        return answer.read().decode()


class Follower:
    """`weir logs --follow`, whose lines come into a file."""

    def __init__(self, cluster, name, *words):
        self.path = os.path.join(cluster.directory, name)
        with open(self.path, "w") as out:
            self.process = subprocess.Popen([cluster.weir, "logs", *words, "--follow", "--jobmanager",
                                             cluster.jobmanager], stdout=out, stderr=subprocess.STDOUT)

    def text(self):
        with open(self.path) as f:
            return f.read()

    def end(self):
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=PATIENCE)


def read(cluster, arguments):
    cluster.start_services(["fsync=off"])
    cluster.start_jobmanager()
    cluster.start_taskmanager(1, 2)
    # One that logs JSON, its rows in a file.
    out = os.path.join(cluster.directory, "rows.txt")
    cluster.run("taskmanager-2", ["sh", "-c", f'exec "$0" "$@" >{out}', cluster.weir, "taskmanager", "--jobmanager",
                                  cluster.jobmanager, "--slots", "2", "--log-format", "json"])
    cluster.wait_for_jobmanager()
    listed = cluster.eventually(lambda: (found := json.loads(cluster.client(
        "taskmanager", "list", "--output", "json").stdout)) and len(found) == 2 and found, "two task managers")
    plain, structured = sorted(listed, key=lambda one: cluster.pid("taskmanager-1") != one["pid"])

    text = logs(cluster)
    expect("job manager of Weir" in text and all(map(LINE.fullmatch, text.splitlines())), f"the job manager's: {text}")
    expect(logs(cluster, "jobmanager", "--lines", "1") == text.splitlines(True)[-1], "the last line")
    for process in (str(plain["id"]), plain["address"]):
        expect("registered with the job manager" in logs(cluster, process), f"of task manager {process}")
    with open(cluster.log_path("taskmanager-2")) as log:
        for line in log:
            expect({"time", "level", "file", "message"} <= set(json.loads(line)), f"{line!r} is no line of a JSON log")
    # A reader gets what it asks for, whatever the process writes.
    expect(all(map(LINE.fullmatch, logs(cluster, structured["address"]).splitlines())), "plain")
    for line in logs(cluster, plain["address"], "--output", "json").splitlines():
        expect(json.loads(line)["process"] == plain["address"], line)

    following = Follower(cluster, "follow.txt", "--lines", "0")
    cluster.eventually(lambda: following.process.poll() is None and time.sleep(0.5) is None, "it follows")
    failed = cluster.submit(cluster.write_sql("failing.sql", FAILING), 1)
    cluster.eventually(lambda: cluster.info(failed)["state"] == "FAILED", "the job fails")
    cluster.eventually(lambda: f"[job={failed}]" in following.text() and "-> FAILED" in following.text(),
                       f"what comes is shown: {following.text()}")
    expect("job manager of Weir" not in following.text(), "nothing from before")
    skipping = None
    cluster.wait_for_services()
    cluster.create_topic("rows", 1)
    subprocess.run(["kcat", "-P", "-b", cluster.bootstrap, "-t", "rows"], input="bad\n" * 500, text=True, check=True)
    skipping = cluster.submit(cluster.write_sql("skipping.sql", SKIPPING), 1)

    # Of one job, from all processes.
    text = logs(cluster, "--job", failed[:8])
    expect(all(f"job={failed}" in line for line in text.splitlines()), f"only this job's: {text}")
    expect(re.search(r"^jobmanager \| .*-> FAILED", text, re.M), f"the job manager's: {text}")
    task = re.search(rf"^\S+:\d+ \| .* W .*\[job={failed} vertex=0 subtask=0 attempt=\d+\] the task failed", text, re.M)
    expect(task, f"the task's: {text}")
    times = [line.split(" | ")[1][:24] for line in text.splitlines()]
    expect(times == sorted(times), f"in order: {text}")
    of_job = [json.loads(line) for line in logs(cluster, "--job", failed, "--output", "json").splitlines()]
    expect({one["job"] for one in of_job} == {failed} and {one.get("vertex") for one in of_job} >= {None, 0}, f"{of_job}")
    # The same for a dashboard.
    got = get(cluster, f"/jobmanager/log?job={failed}")
    expect(got and all(f"job={failed}" in line for line in got.splitlines()), f"REST: {got}")
    got = get(cluster, f"/taskmanagers/{plain['id']}/log?job={'f' * 32}")
    expect(got == "", f"REST: {got}")

    # A bad row a line, until there are too many.
    told = cluster.eventually(lambda: (found := logs(cluster, "--job", skipping)) and "more like it suppressed" in found
                              and found, "what is suppressed is counted")
    counted = sum(map(int, re.findall(r"\((\d+) more like it suppressed\)", told)))
    lines = len(re.findall(rf"\[job={skipping} vertex=0 subtask=0 attempt=\d+\] skipped: table rows_in: cannot decode the "
                           r"message of rows-0 at offset \d", told))
    expect((lines, counted) == (10, 490), f"{lines} lines and {counted} counted:\n{told}")

    # Standard output.
    job = cluster.submit(cluster.write_sql("printing.sql", PRINTING), 3)
    cluster.eventually(lambda: "shown" in logs(cluster, structured["address"], "--stdout"), "printed rows")
    rows = Follower(cluster, "rows-follow.txt", structured["address"], "--stdout", "--lines", "1")
    cluster.eventually(lambda: rows.text().count("\n") > 20, "rows come")
    shown = [int(n) for n in re.findall(r"\+I\[(\d+)\]", rows.text())]
    with open(out) as f:
        printed = [int(n) for n in re.findall(r"\+I\[(\d+)\]", f.read())]
    at = printed.index(shown[0])
    expect(printed[at:at + len(shown)] == shown, f"all, in order: {shown} of {printed[at:]}")
    first = json.loads(logs(cluster, structured["address"], "--stdout", "--output", "json").splitlines()[0])
    expect(set(first) == {"process", "line"}, f"{first}")
    rows.end()

    # The follower outlives the job manager that it asks.
    cluster.kill("jobmanager")
    cluster.eventually(lambda: following.text().count("goes on") > 0, f"the next one's lines: {following.text()}")
    following.end()
    cluster.eventually(lambda: cluster.info(job), "the job manager is back")

    refused(cluster, 1, r"there is no task manager 77; registered are \d+ \(", "77")
    refused(cluster, 1, "there is no job nope", "--job", "nope")
    refused(cluster, 2, "--job", "--job", failed, "--stdout")
    refused(cluster, 2, "--lines", "--lines", "-3")


# ---- secrets

KEYS = ["properties.sasl.password", "properties.ssl.key.password", "properties.ssl.keystore.password"]
TABLES = """
SET 'restart-strategy.type' = 'none';
SET 'pipeline.name' = 'leaky';
SET 'my.api-token' = 'hush-set';
CREATE TABLE rows_in (n INT) WITH ('connector' = 'kafka', 'topic' = 'secrets', 'format' = 'json',
  'properties.bootstrap.servers' = 'localhost:9092', 'scan.startup.mode' = 'earliest-offset', {secrets});
CREATE TABLE rows_out (n INT, PRIMARY KEY (n) NOT ENFORCED) WITH ('connector' = 'jdbc', 'table-name' = 'rows_out',
  'url' = 'jdbc:postgresql://localhost:5432/weir?password=hush-url', 'username' = 'leaky', 'password' = '{password}',
  'sink.max-retries' = '0');
"""
INSERT = "INSERT INTO rows_out SELECT n FROM rows_in;\n"


def leaky(password="hush-right"):
    return TABLES.format(secrets=", ".join(f"'{key}' = 'hush-{i}'" for i, key in enumerate(KEYS)), password=password)


class Outputs:
    """Everything that was said. None of it may hold a secret."""

    def __init__(self, cluster):
        self.cluster, self.texts = cluster, 0

    def check(self, what, text, must=None):
        self.texts += 1
        at = text.find("hush")
        expect(at < 0, f"{what} shows a secret: ...{text[max(0, at - 300):at + 100]}...")
        expect(must is None or re.search(must, text), f"{what}: no {must!r} in: {text}")

    def run(self, name, sql, must, command="run", *words):
        path = self.cluster.write_sql(name + ".sql", sql)
        words = ["--jobmanager", self.cluster.jobmanager] if command == "run" else []
        done = subprocess.run([self.cluster.weir, command, "-f", path, *words], text=True, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120)
        self.check(f"`weir {command}` of {name}", done.stdout, must)

    def rest(self, path, body=None):
        request = urllib.request.Request(f"http://127.0.0.1:{self.cluster.ports.rest}{path}", body and
                                         json.dumps(body).encode(), {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                text = answer.read().decode()
        except urllib.error.HTTPError as error:
            text = error.read().decode()
        self.check(path, text)
        return text

    def everything(self, jobs):
        """Of all processes and all jobs."""
        for job in jobs:
            for words in (("info", job), ("info", job, "--output", "json"), ("logs", "--job", job), ("list",)):
                self.check(f"weir {words}", self.cluster.client(*words).stdout)
            for end in ("", "/plan", "/config", "/exceptions", "/checkpoints", "/checkpoints/config", "/jobmanager/config"):
                self.rest(f"/jobs/{job}{end}")
            self.rest(f"/ext/jobs/{job}")
            for vertex in json.loads(self.rest(f"/jobs/{job}")).get("vertices", []):
                for end in ("", "/subtasktimes", "/taskmanagers", "/metrics"):
                    self.rest(f"/jobs/{job}/vertices/{vertex['id']}{end}")
        for path in ("/ext/jobs", "/ext/events", "/ext/taskmanagers", "/jobs/overview", "/overview", "/config", "/jobmanager/config", "/jobmanager/environment",
                     "/jobmanager/log", "/jobmanager/stdout", "/metrics", "/metrics/flink", "/taskmanagers"):
            self.rest(path)
        for one in json.loads(self.rest("/taskmanagers"))["taskmanagers"]:
            for end in ("", "/log", "/stdout", "/metrics"):
                self.rest(f"/taskmanagers/{one['id']}{end}")
        for name in self.cluster.names():
            if name.startswith(("jobmanager", "taskmanager")):
                with open(self.cluster.log_path(name), errors="replace") as log:
                    self.check(f"the log of {name}", log.read())


def secrets(cluster, arguments):
    cluster.start(2)
    said = Outputs(cluster)
    cluster.create_topic("secrets", 1)
    cluster.sql("CREATE ROLE leaky LOGIN PASSWORD 'hush-right'; CREATE TABLE rows_out (n INT PRIMARY KEY); "
                "GRANT ALL ON rows_out TO leaky; GRANT ALL ON SCHEMA public TO leaky")

    # Refused: where it says what is wrong, and with the line that it is on.
    said.run("login", leaky("hush-wrong") + INSERT, "password authentication failed")
    said.run("unknown-option", leaky().replace("'sink.max-retries'", "'sink.max-retreis'") + INSERT, "sink.max-retries")
    said.run("unknown-secret", leaky().replace("properties.sasl.password", "properties.sasl.passwort.secret") + INSERT, "sasl")
    said.run("caret", leaky().replace("'password' = 'hush-right',", "'password' = 'hush-right' oops,"), "oops")
    said.run("host", leaky().replace("//localhost", "//leaky:hush-host@localhost") + INSERT, "'username' and 'password'")
    said.run("jaas", leaky().replace("'properties.sasl.password' = ", "'properties.sasl.jaas.config' = ") + INSERT,
             "PlainLoginModule")
    said.run("sasl", leaky().replace("'format'", "'properties.security.protocol' = 'SASL_PLAINTEXT', 'properties.sasl.username"
                                     "' = 'u', 'properties.sasl.mechanism' = 'PLAIN', 'format'") + INSERT, "Kafka|kafka")
    said.run("key", leaky().replace("'format'", "'properties.security.protocol' = 'SSL', 'properties.ssl.key.pem' = 'hush-pem', "
                                    "'properties.ssl.keystore.key' = 'hush-pem2', 'format'") + INSERT, "afka")
    said.run("set", "SET 'parallelism.default' = 'password=hush-value';\n" + leaky() + INSERT, "parallelism")
    # Asked for.
    for command, sql, must in (("explain", leaky() + INSERT, "rows_out"), ("validate", leaky() + INSERT, "is right"),
                               ("local", leaky() + "SHOW CREATE TABLE rows_in; SHOW CREATE TABLE rows_out; SET;",
                                r"'password' = '\*{6}'"),
                               ("local", leaky() + INSERT.replace("n FROM", "m FROM"), "m")):
        said.run(command, sql, must, command)
    for path in ("/ext/sql/validate", "/ext/sql/explain", "/ext/sql/submit"):
        for sql in (leaky() + INSERT, leaky().replace("'password' = 'hush-right',", "'password' = 'hush-right' oops,")):
            if path != "/ext/sql/submit" or "oops" in sql:
                said.rest(path, {"sql": sql})
    # One that runs, in vain, and fails: by its source, by its sink.
    jobs = [cluster.submit(cluster.write_sql("runs.sql", leaky() + INSERT), 1)]
    cluster.wait_until_runs(jobs[0])
    said.everything(jobs)
    subprocess.run(["kcat", "-P", "-b", cluster.bootstrap, "-t", "secrets"], input='{"n":"password=hush-row"}\n',
                   text=True, check=True)
    cluster.eventually(lambda: cluster.info(jobs[0])["state"] == "FAILED", "a bad row fails the job")
    said.everything(jobs)
    latest = leaky().replace("earliest-offset", "latest-offset")
    jobs.append(cluster.submit(cluster.write_sql("runs-again.sql", latest + INSERT), 1))
    cluster.wait_until_runs(jobs[1])
    cluster.sql("ALTER ROLE leaky PASSWORD 'another'; SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE usename = 'leaky'")

    def failed():
        # Again and again: where its source begins, at the latest offset, is found out beside it.
        subprocess.run(["kcat", "-P", "-b", cluster.bootstrap, "-t", "secrets"], input='{"n":1}\n', text=True, check=True)
        return cluster.info(jobs[1])["state"] == "FAILED"

    cluster.eventually(failed, "a database that ends the session fails the job")
    said.everything(jobs)
    failures = cluster.client("info", jobs[1]).stdout
    expect("PostgreSQL at" in failures, f"why: {failures}")
    cluster.say(f"{said.texts} outputs, no secret in any")


if __name__ == "__main__":
    run_scenarios(__doc__, {"read": read, "secrets": secrets})
