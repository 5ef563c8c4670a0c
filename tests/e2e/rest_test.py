#!/usr/bin/env python3
"""The REST interface of a cluster of real processes: every path that docs/openapi.yaml names, for jobs that run, have
ended and have failed; every answer is held against its schema, which says every field and allows no other. That the
schemas are Flink's is shown with answers recorded from a real Flink (flink_2_2_answers.json).

  rest_test.py --weir BINARY --scenario NAME

  answers   every path, every action, and the numbers of `weir info`
  access    other people's web pages; a token and TLS where others can reach the server; a port that is taken
  fuzz      schemathesis, from the same file, against a cluster with jobs
"""

import json
import os
import re
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

from harness import ROOT, expect, run_scenarios
from processes import Problem, free_port

try:
    import jsonschema
    import yaml
except ImportError:
    sys.exit("jsonschema and yaml are missing: run deploy/install-dependencies, which makes the Python that runs this")

OPENAPI = os.path.join(ROOT, "docs", "openapi.yaml")
RECORDED = os.path.join(ROOT, "tests", "e2e", "flink_2_2_answers.json")
NOBODY = "0" * 32
SOURCE = """
CREATE TABLE numbers (id BIGINT, k INT, v STRING, ts AS CAST(CURRENT_TIMESTAMP AS TIMESTAMP(3)),
  WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) WITH ('connector' = 'datagen', {options}
  'fields.k.min' = '1', 'fields.k.max' = '20', 'fields.v.length' = '5');
CREATE TABLE nothing (k INT, c BIGINT) WITH ('connector' = 'blackhole');
"""
COUNT = "INSERT INTO nothing SELECT k, COUNT(*) FROM numbers GROUP BY k;\n"
RUNNING = ("SET 'execution.checkpointing.interval' = '500 ms';\nSET 'pipeline.name' = 'the <running> one';\n" +
           SOURCE.format(options="'rows-per-second' = '200',") + COUNT)
FINISHED = SOURCE.format(options="'number-of-rows' = '5000',") + COUNT
FAILED = ("SET 'restart-strategy.type' = 'none';\n" + SOURCE.format(options="'rows-per-second' = '10',") +
          "INSERT INTO nothing SELECT CAST(v AS INT), 1 FROM numbers;\n")


class Schemas:
    def __init__(self):
        with open(OPENAPI) as f:
            self.document = yaml.safe_load(f)
        self.patterns = [(re.compile(re.sub(r"{\w+}", "[^/]+", path) + "$"), path) for path in self.document["paths"]]
        # /jobs/overview is no job: paths without parameters come first.
        self.patterns.sort(key=lambda one: one[1].count("{"))
        self.operations = {(method.upper(), path) for path, methods in self.document["paths"].items()
                           for method in methods}

    def path_of(self, path):
        found = next((name for pattern, name in self.patterns if pattern.match(path)), None)
        expect(found, f"{path} is not in {OPENAPI}")
        return found

    def check(self, method, path, status, content_type, body):
        """`body`: text. Its JSON, or the text itself where that is what is promised."""
        name = self.path_of(path)
        operation = self.document["paths"][name].get(method.lower())
        expect(operation, f"{method} {name} is not in {OPENAPI}")
        response = operation["responses"].get(str(status))
        where = f"{method} {path}: {status}"
        expect(response, f"{where} is not in {OPENAPI}; {body[:300]}")
        if "$ref" in response:
            response = self.document["components"]["responses"][response["$ref"].split("/")[-1]]
        promised = next(iter(response["content"]))
        expect(content_type.split(";")[0] == promised, f"{where} is {content_type}, not {promised}")
        if promised != "application/json":
            return body
        value = json.loads(body)
        self.check_value(response["content"][promised]["schema"], value, where)
        return value

    def check_value(self, schema, value, where):
        validator = jsonschema.Draft202012Validator({**schema, "components": self.document["components"]})
        wrong = [f"{where}: {'/'.join(map(str, error.absolute_path))}: {error.message[:300]}"
                 for error in validator.iter_errors(value)]
        expect(not wrong, "\n".join(wrong[:10]))


class Api:
    """Asks the job manager and checks every answer."""

    def __init__(self, base, schemas, headers=(), context=None):
        self.base, self.schemas, self.headers, self.context = base, schemas, dict(headers), context
        self.seen = set()

    def raw(self, method, path, body=None, headers=()):
        data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data, {**self.headers, **dict(headers)}, method=method)
        if data is not None and not request.has_header("Content-type"):
            request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=30, context=self.context) as answer:
                return answer.status, answer.headers, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read().decode()

    def ask(self, method, path, body=None, status=200, headers=()):
        got, answer_headers, text = self.raw(method, path, body, headers)
        expect(got == status, f"{method} {path}: {got}, expected {status}: {text[:500]}")
        plain = urllib.parse.urlsplit(path).path.removeprefix("/v1")
        self.seen.add((method, self.schemas.path_of(plain)))
        return self.schemas.check(method, plain, got, answer_headers["Content-Type"], text)

    def get(self, path, status=200):
        return self.ask("GET", path, status=status)

    def wait_for(self, path):
        """The outcome of what was triggered, polled as clients do."""
        deadline = time.monotonic() + 30
        while True:
            answer = self.get(path)
            if answer["status"]["id"] == "COMPLETED":
                return answer["operation"]
            expect(answer["operation"] is None, f"{path}: {answer}")
            expect(time.monotonic() < deadline, f"{path} is not done after 30 s")
            time.sleep(0.05)


def begin(cluster):
    cluster.start(task_managers=2, slots=3, services=False)
    return Api(f"http://127.0.0.1:{cluster.ports.rest}", Schemas())


def submit(cluster, name, text, parallelism):
    return cluster.submit(cluster.write_sql(name + ".sql", text), parallelism)


def state_is(api, job, state):
    return lambda: api.get(f"/jobs/{job}/status")["status"] == state


def read_everything(api, job, state):
    """Every path that reads, of one job; its answers by the end of the path."""
    at = f"/jobs/{job}"
    details = api.get(at)
    expect(details["state"] == state and details["jid"] == job, f"{details['state']}, not {state}")
    expect(details["plan"]["jid"] == job, "plan.jid")
    ids = [vertex["id"] for vertex in details["vertices"]]
    expect(sorted(ids) == sorted(node["id"] for node in details["plan"]["nodes"]), "nodes are the vertices")
    for node in details["plan"]["nodes"]:
        expect(all(one["id"] in ids for one in node.get("inputs", [])), "inputs are vertices")
    for end in ("/config", "/plan", "/exceptions", "/execution-result", "/accumulators", "/metrics",
                "/metrics?get=uptime,numRestarts,lastCheckpointDuration,nope", "/jobmanager/config",
                "/jobmanager/environment", "/resource-requirements"):
        api.get(at + end)
    for vertex in details["vertices"]:
        here = f"{at}/vertices/{vertex['id']}"
        for end in ("", "/taskmanagers", "/subtasktimes", "/backpressure", "/watermarks", "/flamegraph", "/accumulators",
                    "/metrics", "/jm-operator-metrics", "/subtasks/accumulators", "/subtasks/metrics"):
            api.get(here + end)
        numbers = api.get(here + "/subtasks/metrics?get=backPressuredTimeMsPerSecond,busyTimeMsPerSecond,"
                                 "numRecordsInPerSecond")
        expect(len(numbers) == 3, f"what the page colours by: {numbers}")
        for subtask in api.get(here)["subtasks"]:
            one = f"{here}/subtasks/{subtask['subtask']}"
            expect(api.get(one)["attempt"] == subtask["attempt"], "attempt")
            api.get(one + "/metrics")
            value = api.get(one + "/metrics?get=numRecordsIn")[0]["value"]
            expect(re.fullmatch(r"\d+", value), f"numRecordsIn is {value!r}")
            api.get(f"{one}/attempts/{subtask['attempt']}")
            api.get(f"{one}/attempts/{subtask['attempt']}/accumulators")
            api.get(f"{one}/attempts/99", 404)
        api.get(f"{here}/subtasks/99", 404)
    api.get(f"{at}/vertices/{NOBODY}", 404)
    return details


def check_numbers(cluster, details, job):
    """What has ended counts as `weir info` does, to the last row."""
    info = cluster.info(job)
    expect(details["state"] == info["state"], f"{details['state']} and {info['state']}")
    expect(details["start-time"] == info["started_ms"] and details["end-time"] == info["ended_ms"], "times")
    for vertex, shown in zip(details["vertices"], info["vertices"]):
        where = f"{job} {vertex['name']}"
        expect(vertex["name"] == shown["name"] and vertex["parallelism"] == shown["parallelism"], where)
        expect(vertex["metrics"]["read-records"] == shown["records_in"], f"{where}: {vertex['metrics']} {shown}")
        expect(vertex["metrics"]["write-records"] == shown["records_out"], f"{where}: {vertex['metrics']} {shown}")
        expect({k: v for k, v in vertex["tasks"].items() if v} == shown["states"], where)


def check_recorded(schemas):
    with open(RECORDED) as f:
        recorded = json.load(f)
    for path, answers in recorded.items():
        for answer in answers:
            schemas.check("GET", path, 200, "application/json", json.dumps(answer))
    return len(recorded)


def read_cluster(api, cluster):
    api.get("/config")
    overview = api.get("/overview")
    expect(api.get("/v1/overview") == overview, "/v1 is the same")
    expect((overview["taskmanagers"], overview["slots-total"]) == (2, 6), f"{overview}")
    api.get("/datasets")
    for end in ("config", "environment", "metrics", "logs", "log", "stdout", "logs/weir.log", "logs/weir.out"):
        api.get("/jobmanager/" + end)
    expect("REST interface on" in api.get("/jobmanager/log"), "the job manager's log")
    api.get("/jobmanager/logs/..%2Fha", 404)
    slots = api.get("/jobmanager/metrics?get=taskSlotsTotal,taskSlotsAvailable")
    expect({one["id"]: one["value"] for one in slots}["taskSlotsTotal"] == "6", f"{slots}")
    listed = {str(one["id"]): one for one in json.loads(cluster.client("taskmanager", "list", "--output",
                                                                       "json").stdout)}
    managers = api.get("/taskmanagers")["taskmanagers"]
    expect({one["id"] for one in managers} == set(listed), f"{managers} and {listed}")
    for one in managers:
        at = "/taskmanagers/" + one["id"]
        expect(one["slotsNumber"] == listed[one["id"]]["slots"], "slots")
        expect(abs(one["timeSinceLastHeartbeat"] - time.time() * 1000) < 5000, "the time of the last heartbeat")
        details = api.get(at)
        expect(details["metrics"]["heapUsed"] > 1 << 20, "memory")
        expect(len(details["allocatedSlots"]) == details["slotsNumber"] - details["freeSlots"], "slots in use")
        expect("task manager with 3 slots" in api.get(at + "/log"), "the task manager's log")
        for end in ("/metrics", "/metrics?get=Status.JVM.Memory.Heap.Used", "/logs", "/stdout", "/logs/weir.log",
                    "/logs/weir.out"):
            api.get(at + end)
        api.get(at + "/logs/weir.cc", 404)
    for end in ("", "/metrics", "/logs", "/log", "/stdout", "/logs/weir.log"):
        api.get("/taskmanagers/77" + end, 404)
    api.get("/taskmanagers/metrics")
    expect(len(api.get("/taskmanagers/metrics?get=Status.JVM.Memory.Heap.Used&agg=min,max")) == 1, "aggregated")
    api.get("/jobs/metrics")
    api.get("/jobs/metrics?get=numRestarts")
    api.get("/jobs/metrics?get=numRestarts&agg=middle", 400)


def read_checkpoints(api, cluster, job):
    at = f"/jobs/{job}/checkpoints"
    cluster.eventually(lambda: api.get(at)["counts"]["completed"] >= 3, 30, "three checkpoints")
    all_of_them = api.get(at)
    counts = all_of_them["counts"]
    expect(counts["total"] == counts["completed"] + counts["in_progress"] + counts["failed"], f"{counts}")
    newest = all_of_them["latest"]["completed"]
    shown = next(one for one in cluster.info(job)["checkpoints"] if one["id"] == newest["id"])
    expect(newest["state_size"] == shown["state_bytes"] and newest["external_path"] == shown["path"], f"{shown}")
    expect(abs(newest["trigger_timestamp"] - shown["triggered_ms"]) < 50, "when it was triggered")
    details = api.get(f"{at}/details/{newest['id']}")
    expect(sum(v["num_subtasks"] for v in details["tasks"].values()) == details["num_subtasks"], "its tasks")
    expect(sum(v["state_size"] for v in details["tasks"].values()) == details["state_size"], "its size")
    for vertex, share in details["tasks"].items():
        one = api.get(f"{at}/details/{newest['id']}/subtasks/{vertex}")
        expect(len(one["subtasks"]) == share["num_subtasks"], "its subtasks")
        expect(sum(s["state_size"] for s in one["subtasks"]) == share["state_size"], "their size")
    config = api.get(at + "/config")
    expect(config["interval"] == 500 and config["mode"] == "exactly_once", f"{config}")
    api.get(f"{at}/details/999999", 404)
    api.get(f"{at}/details/x", 400)


def act(api, cluster, job):
    at = f"/jobs/{job}"
    mine = os.path.join(cluster.directory, "mine")
    # A checkpoint, a savepoint, its end.
    asked = api.ask("POST", at + "/checkpoints", {"checkpointType": "CONFIGURED"}, 202)["request-id"]
    checkpoint = api.wait_for(f"{at}/checkpoints/{asked}")["checkpointId"]
    api.get(f"{at}/checkpoints/details/{checkpoint}")
    api.ask("POST", at + "/checkpoints", {"checkpointType": "INCREMENTAL"}, 400)
    own = "ab" * 16
    body = {"target-directory": "file://" + mine, "cancel-job": False, "triggerId": own}
    expect(api.ask("POST", at + "/savepoints", body, 202)["request-id"] == own, "the client's id")
    expect(api.ask("POST", at + "/savepoints", body, 202)["request-id"] == own, "once more")
    location = api.wait_for(f"{at}/savepoints/{own}")["location"]
    expect(location.startswith(mine + "/savepoint-") and len(os.listdir(mine)) == 1, f"{location}")
    latest = api.get(at + "/checkpoints")["latest"]["savepoint"]
    expect(latest["external_path"] == location and latest["is_savepoint"], f"{latest}")
    api.get(f"{at}/savepoints/{NOBODY}", 404)
    api.get(f"{at}/checkpoints/{NOBODY}", 404)
    api.get(f"/savepoint-disposal/{NOBODY}", 404)
    asked = api.ask("POST", "/savepoint-disposal", {"savepoint-path": location})["request-id"]
    expect(api.wait_for(f"/savepoint-disposal/{asked}") == {}, "disposed of")
    expect(not os.path.exists(location), "the savepoint is gone")
    asked = api.ask("POST", "/savepoint-disposal", {"savepoint-path": cluster.directory})["request-id"]
    expect("failure-cause" in api.wait_for(f"/savepoint-disposal/{asked}"), "what is no savepoint stays")
    api.ask("POST", "/savepoint-disposal", {}, 400)
    refused = api.ask("POST", at + "/savepoints", {"target-directory": "here"}, 202)["request-id"]
    expect("not absolute" in api.wait_for(f"{at}/savepoints/{refused}")["failure-cause"]["stack-trace"], "why not")
    for bad in (b"x", b"[]", b'{"cancel-job": 1}', b'{"triggerId": "x"}'):
        api.ask("POST", at + "/savepoints", bad, 400)

    # Another parallelism.
    requirements = api.get(at + "/resource-requirements")
    for bounds in requirements.values():
        bounds["parallelism"]["upperBound"] = 3
    api.ask("PUT", at + "/resource-requirements", requirements)
    cluster.eventually(lambda: {v["parallelism"] for v in api.get(at)["vertices"]} == {3} and
                       cluster.info(job)["tasks_running"] == 6, 30, "at parallelism 3")
    restored = cluster.eventually(lambda: api.get(at + "/checkpoints")["latest"]["restored"], 5, "what it began from")
    expect(restored["id"] > 0 and not restored["is_savepoint"], f"{restored}")
    for bounds in requirements.values():
        bounds["parallelism"]["upperBound"] = 99
    api.ask("PUT", at + "/resource-requirements", requirements, 409)
    api.ask("PUT", at + "/resource-requirements", {}, 400)
    api.ask("PATCH", at + "/rescaling?parallelism=2", status=503)
    read_everything(api, job, "RUNNING")

    # The end.
    asked = api.ask("POST", at + "/stop", {"targetDirectory": mine, "drain": False}, 202)["request-id"]
    location = api.wait_for(f"{at}/savepoints/{asked}")["location"]
    expect(os.path.exists(os.path.join(location, "manifest")), location)
    check_numbers(cluster, read_everything(api, job, "FINISHED"), job)
    expect(api.get(f"{at}/execution-result")["job-execution-result"]["application-status"] == "SUCCEEDED", "result")
    api.ask("PATCH", at, status=409)
    asked = api.ask("POST", at + "/stop", {}, 202)["request-id"]
    expect("it is over" in api.wait_for(f"{at}/savepoints/{asked}")["failure-cause"]["stack-trace"], "is over")
    return location


def cancel(api, cluster, location):
    """In each of the ways there are."""
    ways = (("PATCH", "?mode=cancel"), ("PATCH", ""), ("GET", "/yarn-cancel"))
    for method, end in ways:
        job = cluster.submit(cluster.write_sql("again.sql", RUNNING), 1, "--from-savepoint", location)
        cluster.wait_until_runs(job, 30)
        restored = api.get(f"/jobs/{job}/checkpoints")["latest"]["restored"]
        expect(restored["external_path"] == location and restored["is_savepoint"], f"{restored}")
        expect(api.ask(method, f"/jobs/{job}{end}", status=202) == {}, "an empty object")
        cluster.eventually(state_is(api, job, "CANCELED"), 20, f"{job} CANCELED")
        read_everything(api, job, "CANCELED")
    api.ask("PATCH", f"/jobs/{job}?mode=stop", status=308)
    api.ask("PATCH", f"/jobs/{job}?mode=x", status=400)
    api.ask("GET", f"/jobs/{job}/yarn-stop", status=308)
    # A savepoint, and then the end.
    job = submit(cluster, "last", RUNNING, 1)
    cluster.wait_until_runs(job, 30)
    asked = api.ask("POST", f"/jobs/{job}/savepoints", {"cancel-job": True}, 202)["request-id"]
    api.wait_for(f"/jobs/{job}/savepoints/{asked}")
    cluster.eventually(state_is(api, job, "CANCELED"), 20, f"{job} CANCELED")


def run_sql(api, cluster):
    """Our own: submit, validate, explain, rows by token."""
    explained = api.ask("POST", "/ext/sql/explain", {"sql": FINISHED})
    expect("GroupAggregate" in explained["plan"], "a plan")
    graph, = explained["jobs"]
    expect(len(graph["vertices"]) == 2 and graph["edges"] == [
        {"from": graph["vertices"][0]["id"], "to": graph["vertices"][1]["id"], "ship": "HASH"}], f"{graph}")
    script = SOURCE.format(options="") + "SELECT nosuch FROM nosuch;\nSELECT 'é', UPP"
    offered = api.ask("POST", "/ext/sql/complete", {"sql": script + " FROM num", "cursor": len(script.encode())})
    expect("UPPER" in offered["words"] and offered["from"] == len(script.encode()) - 3, f"{offered}")
    script += "ER(v) FROM num"
    expect(api.ask("POST", "/ext/sql/complete", {"sql": script, "cursor": len(script.encode())})["words"] == ["numbers"],
           "the table that the script defines")
    api.ask("POST", "/ext/sql/complete", {"sql": "SELECT", "cursor": 7}, 400)
    expect(api.ask("POST", "/ext/sql/validate", {"sql": RUNNING}) ==
           {"valid": True, "error": None, "jobs": 1, "notes": []}, "it is valid")
    wrong = {"sql": "SELECT 1;\nSELECT nosuch FROM (VALUES (1)) AS t(a);"}
    error = api.ask("POST", "/ext/sql/validate", wrong)["error"]
    expect(error["line"] == 2 and error["column"] == 8 and "^" in error["rendered"], f"{error}")
    for path in ("submit", "explain"):
        answer = api.ask("POST", "/ext/sql/" + path, wrong, 400)
        expect(answer["error"] == error and answer["errors"] == [error["message"]], f"{answer}")
    for bad in (b"", b"{}", b'{"sql": 1}', b'{"sql": "SELECT 1", "nosuch": 1}', b'{"sql": "SELECT 1", "parallelism": 0}',
                b'{"sql": "SELECT 1", "options": {"a": 1}}'):
        api.ask("POST", "/ext/sql/submit", bad, 400)
    before = len(api.get("/jobs")["jobs"])
    done = api.ask("POST", "/ext/sql/submit", {
        "sql": "SELECT a, b FROM (VALUES (1, 'x'), (2, CAST(NULL AS STRING))) AS t(a, b);",
        "options": {"pipeline.name": "rows"}})["jobs"][0]
    expect(done["hasResults"] and done["name"] == "rows" and [c["name"] for c in done["columns"]] == ["a", "b"],
           f"{done}")
    rows, token = [], 0
    for _ in range(50):
        part = api.get(f"/ext/jobs/{done['id']}/results/{token}")
        rows, token = rows + part["rows"], part["nextToken"]
        if part["finished"]:
            break
    expect(rows == [{"kind": "+I", "row": {"a": 1, "b": "x"}}, {"kind": "+I", "row": {"a": 2, "b": None}}], f"{rows}")
    expect(len(api.get("/jobs")["jobs"]) == before + 1, "a job")
    job = api.ask("POST", "/ext/sql/submit", {"sql": FINISHED, "parallelism": 2})["jobs"][0]["id"]
    cluster.eventually(state_is(api, job, "FINISHED"), 30, "the submitted job FINISHED")
    api.get(f"/ext/jobs/{job}/results/0", 404)
    api.get(f"/ext/jobs/{NOBODY}/results/0", 404)
    api.get(f"/ext/jobs/{done['id']}/results/x", 400)


def read_pictures(api, cluster, states):
    """Our own views of what the other paths say, in the numbers of those."""
    expect({one["id"]: one["state"] for one in api.get("/ext/jobs")["jobs"]} == states, "the states of all jobs")
    for job, state in states.items():
        picture, details = api.get(f"/ext/jobs/{job}"), api.get(f"/jobs/{job}")
        vertices = {v["id"]: v for v in picture["vertices"]}
        expect(list(vertices) == [v["id"] for v in details["vertices"]] and picture["state"] == state, f"{picture}")
        expect(all(edge["from"] in vertices and edge["to"] in vertices for edge in picture["edges"]), "edges")
        if state != "RUNNING":
            expect(picture["output"]["reason"] == "ENDED", f"{picture['output']}")
            for vertex in details["vertices"]:
                shown = vertices[vertex["id"]]
                expect((shown["recordsIn"], shown["recordsOut"]) ==
                       (vertex["metrics"]["read-records"], vertex["metrics"]["write-records"]), f"{shown}")
    finished = next(job for job, state in states.items() if state == "FINISHED")
    source, last = api.get(f"/ext/jobs/{finished}")["vertices"]
    expect([one["kind"] for one in source["operators"]][0] == "source" and last["operators"][-1]["kind"] == "sink", "kinds")
    expect(source["operators"][-1]["recordsIn"] == 5000 and last["operators"][0]["recordsIn"] == 5000 and
           last["operators"][-1]["recordsIn"] >= 20, f"{source['operators']} {last['operators']}")
    expect(len(source["splits"]) == 1 and all(split["finished"] for split in source["splits"]), f"{source['splits']}")
    running = next(job for job, state in states.items() if state == "RUNNING")
    cluster.eventually(lambda: api.get(f"/ext/jobs/{running}")["output"]["reason"] == "FLOWS", 15, "output flows")

    shown = api.get("/ext/taskmanagers")["taskManagers"]
    expect([(one["id"], one["slots"]) for one in shown] ==
           [(one["id"], one["slotsNumber"]) for one in api.get("/taskmanagers")["taskmanagers"]], f"{shown}")
    expect(sum(one["slots"] - one["freeSlots"] for one in shown) == sum(job["slots"] for one in shown for job in one["jobs"]),
           f"slots of jobs: {shown}")
    told = api.get("/ext/events")["events"]
    failed = next(job for job, state in states.items() if state == "FAILED")
    expect([one["id"] for one in told] == sorted((one["id"] for one in told), reverse=True), "the newest first")
    expect(any(one["severity"] == "error" and one["job"] == failed and "FAILED" in one["text"] for one in told), f"{told}")
    expect(any(one["taskManager"] and "has come" in one["text"] for one in told), f"{told}")


class Stream:
    """Reads what /ext/stream pushes."""

    def __init__(self, api, *paths):
        query = urllib.parse.urlencode([("path", path) for path in paths])
        request = urllib.request.Request(f"{api.base}/ext/stream?{query}", headers=api.headers)
        self.api, self.answer = api, urllib.request.urlopen(request, timeout=30, context=api.context)
        expect(self.answer.headers["Content-Type"] == "text/event-stream", "server-sent events")
        api.seen.add(("GET", "/ext/stream"))

    def next(self):
        deadline = time.monotonic() + 10  # that it is still there is said every 15 s
        while True:
            line = self.answer.readline().decode()
            expect(line, "the stream has ended")
            expect(time.monotonic() < deadline, "nothing was pushed for 10 s")
            if line.startswith("data: "):
                event = json.loads(line[6:])
                self.api.schemas.check("GET", event["path"], event["status"], "application/json", json.dumps(event["body"]))
                return event

    def until(self, fits):
        """The next event that fits."""
        for _ in range(100):
            event = self.next()
            if fits(event):
                return event
        raise Problem("not in 100 events")


def watch(api, cluster):
    """What is pushed is what a GET answers, at once and when it changes."""
    job = submit(cluster, "watched", RUNNING, 1)
    cluster.wait_until_runs(job, 30)
    api.get(f"/ext/jobs/{job}")  # asks again where it is not there yet
    stream = Stream(api, f"/ext/jobs/{job}", "/jobs/overview", f"/jobs/{NOBODY}")
    first = {event["path"]: event for event in (stream.next(), stream.next(), stream.next())}
    expect(first[f"/ext/jobs/{job}"]["body"]["state"] == "RUNNING" and first[f"/jobs/{NOBODY}"]["status"] == 404, f"{first}")
    rows = first[f"/ext/jobs/{job}"]["body"]["vertices"][0]["recordsIn"]
    stream.until(lambda event: event["path"] == f"/ext/jobs/{job}" and event["body"]["vertices"][0]["recordsIn"] > rows)
    cluster.client("cancel", job)
    stream.until(lambda event: event["path"] == f"/ext/jobs/{job}" and event["body"]["state"] == "CANCELED")
    overview = stream.until(lambda event: event["path"] == "/jobs/overview")["body"]
    expect(overview == api.get("/jobs/overview"), "the pushed overview is the one that is asked for")
    stream.answer.close()
    for bad in ("", "?path=/nosuch", "?path=/jobmanager/log", "?path=nosuch", "?" + "&".join(["path=/overview"] * 17)):
        api.ask("GET", "/ext/stream" + bad, status=400)


def read_state(api, cluster, running, finished):
    """Our own: what a running job keeps. That it is right is state_test.py's business."""
    at = f"/ext/jobs/{running}/state"
    (op,) = api.get(at)["operators"]
    expect(op["vertexId"] in [v["id"] for v in api.get(f"/jobs/{running}")["vertices"]], f"{op}")
    (table,) = op["tables"]
    expect((table["name"], table["keyColumns"], table["moreOnDisk"]) == ("group", ["k"], False), f"{table}")
    here = f"{at}/{urllib.parse.quote(op['uid'], safe='')}/group"
    cluster.eventually(lambda: len(api.get(here)["rows"]) == 20, 20, "twenty groups")
    page = api.get(here + "?limit=7")
    expect(len(page["rows"]) == 7 and page["next"], f"{page}")
    expect(len(api.get(f"{here}?limit=7&cursor={page['next']}")["rows"]) == 7, "the next page")
    (row,) = api.get(here + "?key=7")["rows"]
    expect(row["row"]["k"] == 7, f"{row}")
    expect(api.get(here + "?nullKey=")["rows"] == [], "no group is NULL")
    for wrong, status in (("?limit=0", 400), ("?key=x", 400), ("?key=1&key=2", 400), ("?cursor=1-1-", 400), ("x", 404)):
        api.get(here + wrong, status)
    api.get(f"{at}/nosuch/group", 404)
    api.get(f"/ext/jobs/{finished}/state", 409)
    for path in (f"/ext/jobs/{NOBODY}/state", f"/ext/jobs/{NOBODY}/state/a/b"):
        api.get(path, 404)


def answers(cluster, arguments):
    api = begin(cluster)
    cluster.say(f"{check_recorded(api.schemas)} paths of a real Flink fit the schemas")
    running = submit(cluster, "running", RUNNING, 2)
    finished = submit(cluster, "finished", FINISHED, 2)
    failed = submit(cluster, "failed", FAILED, 1)
    cluster.wait_until_runs(running, 30)
    cluster.eventually(state_is(api, finished, "FINISHED"), 30, "FINISHED")
    cluster.eventually(state_is(api, failed, "FAILED"), 30, "FAILED")

    read_cluster(api, cluster)
    for job, state in ((running, "RUNNING"), (finished, "FINISHED"), (failed, "FAILED")):
        details = read_everything(api, job, state)
        if state != "RUNNING":
            check_numbers(cluster, details, job)
    states = {one["id"]: one["status"] for one in api.get("/jobs")["jobs"]}
    expect(states == {running: "RUNNING", finished: "FINISHED", failed: "FAILED"}, f"{states}")
    read_pictures(api, cluster, states)
    tasks = {one["jid"]: one["tasks"] for one in api.get("/jobs/overview")["jobs"]}
    expect(tasks[running]["running"] == tasks[running]["total"] == 4, f"{tasks}")
    expect(tasks[finished]["finished"] == 4, f"{tasks}")
    details = api.get(f"/jobs/{finished}")
    expect(sum(v["metrics"]["read-records"] for v in details["vertices"][:1]) == 5000, "all rows of the bounded source")
    expect("&lt;" not in details["name"] and api.get(f"/jobs/{running}")["name"] == "the <running> one", "names")
    history = api.get(f"/jobs/{failed}/exceptions")["exceptionHistory"]["entries"]
    expect(len(history) == 1 and history[0]["taskManagerId"] and "(1/1)" in history[0]["taskName"], f"{history}")
    result = api.get(f"/jobs/{failed}/execution-result")["job-execution-result"]
    expect(result["application-status"] == "FAILED" and result["failure-cause"]["stack-trace"], f"{result}")
    api.get(f"/jobs/{finished}/checkpoints", 404)
    def shown():
        return api.get(f"/jobs/{running}")["vertices"][0]["metrics"]["read-records"]

    # An answer may be a quarter of a second old.
    before = cluster.info(running)["vertices"][0]["records_in"]
    cluster.eventually(lambda: shown() >= before, 10, "as many rows as `weir info` has shown")
    expect(shown() <= cluster.info(running)["vertices"][0]["records_in"], "more rows than `weir info` shows")
    source = next(v for v in api.get(f"/jobs/{running}")["vertices"] if v["name"].startswith("Source"))
    names = [m["id"] for m in api.get(f"/jobs/{running}/vertices/{source['id']}/subtasks/metrics")]
    expect(any(re.fullmatch(r"Source__.*\.numRecordsInPerSecond", name) for name in names), f"{names}")
    rate = f"/jobs/{running}/vertices/{source['id']}/subtasks/metrics?get=numRecordsOutPerSecond&agg=sum"
    cluster.eventually(lambda: 100 < api.get(rate)[0]["sum"] < 400, 15, "200 rows a second")

    read_checkpoints(api, cluster, running)
    read_state(api, cluster, running, finished)
    cancel(api, cluster, act(api, cluster, running))
    run_sql(api, cluster)
    watch(api, cluster)
    api.ask("POST", "/jobs", {}, 501)
    for path in (f"/jobs/{NOBODY}", f"/jobs/{NOBODY}/checkpoints", f"/jobs/{NOBODY}/vertices/{NOBODY}"):
        api.get(path, 404)
    api.get("/jobs/x", 400)
    api.ask("PATCH", f"/jobs/{NOBODY}", status=404)
    api.ask("DELETE", "/cluster")
    # It ends, and the supervisor brings it back.
    cluster.eventually(lambda: cluster.restarts()["jobmanager"][0] == 1, 20, "the job manager has ended")
    cluster.kills["jobmanager"] = 1
    missing = api.schemas.operations - api.seen
    expect(not missing, f"never asked: {sorted(missing)}")
    cluster.say(f"{len(api.seen)} operations")


def access(cluster, arguments):
    api = begin(cluster)
    job = submit(cluster, "running", RUNNING, 1)
    cluster.wait_until_runs(job, 30)
    at = f"127.0.0.1:{cluster.ports.rest}"
    errors = api.schemas.document["components"]["schemas"]["Errors"]

    def denied(code, method, path, **headers):
        status, _, text = api.raw(method, path, headers={k.replace("_", "-"): v for k, v in headers.items()})
        expect(status == code, f"{method} {path} {headers}: {status} {text[:200]}")
        api.schemas.check_value(errors, json.loads(text), path)

    denied(404, "GET", "/nosuch")
    denied(404, "PUT", "/overview")
    denied(404, "GET", "/..%2f..%2fetc/passwd")
    denied(403, "GET", "/overview", Host="evil.example")
    denied(403, "PATCH", f"/jobs/{job}", Origin="http://evil.example")
    denied(403, "GET", f"/jobs/{job}/yarn-cancel", Sec_Fetch_Site="cross-site")
    status, _, text = api.raw("POST", "/ext/sql/submit", b"{" + b" " * (3 << 20))
    expect(status == 413, f"{status} {text[:200]}")
    api.schemas.check_value(errors, json.loads(text), "413")
    with socket.create_connection(("127.0.0.1", cluster.ports.rest)) as line:
        line.sendall(b"GET /overview HTTP/1.1\r\nbroken\r\n\r\n")
        expect(line.recv(4096).startswith(b"HTTP/1.1 400 "), "a broken request")
    expect(api.get(f"/jobs/{job}/status")["status"] == "RUNNING", "nobody has cancelled it")

    def refused(text, *options):
        done = subprocess.run([cluster.weir, "jobmanager", "--rpc-port", "0", *options], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=30)
        expect(done.returncode == 1 and text in done.stdout, f"{options}: {done.returncode}\n{done.stdout}")

    refused("without a token", "--rest-port", str(free_port()), "--rest-bind-address", "0.0.0.0")
    refused(f"port {cluster.ports.rest} is in use by weir", "--rest-port", str(cluster.ports.rest))
    refused("no token file", "--rest-token-file", "/nosuch")

    # With a token and TLS.
    secret = os.path.join(cluster.directory, "token")
    done = cluster_token(cluster, secret)
    cert, key = os.path.join(cluster.directory, "cert.pem"), os.path.join(cluster.directory, "key.pem")
    made = subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert,
                           "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"],
                          capture_output=True, text=True)
    expect(made.returncode == 0, made.stderr)
    port = free_port()
    cluster.run("jobmanager-2", [cluster.weir, "jobmanager", "--rpc-port", str(free_port()), "--rest-port", str(port),
                                 "--rest-bind-address", "0.0.0.0", "--rest-token-file", secret, "--rest-certificate",
                                 cert, "--rest-key", key])
    context = ssl.create_default_context(cafile=cert)
    api = Api(f"https://127.0.0.1:{port}", api.schemas, context=context)

    def answers_now():
        try:
            return api.raw("GET", "/overview")[0] == 401
        except OSError:
            return False

    cluster.eventually(answers_now, 20, "the second job manager refuses who has no token")
    denied(401, "GET", "/overview", Authorization="Bearer " + done[:-1])
    denied(401, "GET", "/nosuch", Authorization=done)
    denied(401, "DELETE", "/cluster")
    api.headers = {"Authorization": "Bearer " + done}
    expect(api.get("/overview")["taskmanagers"] == 0, "with it")
    denied(403, "DELETE", "/cluster", Origin="http://evil.example")
    with open(secret) as f:
        expect(done not in f.read(), "only the hash is kept")
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/overview", timeout=10)
        raise Problem("it speaks without TLS")
    except OSError:
        pass


def cluster_token(cluster, path):
    done = subprocess.run([cluster.weir, "token", "create", path, "--output", "json"], text=True, capture_output=True)
    expect(done.returncode == 0, done.stderr)
    return json.loads(done.stdout)["token"]


def fuzz(cluster, arguments):
    api = begin(cluster)
    job = submit(cluster, "running", RUNNING, 1)
    cluster.wait_until_runs(job, 30)
    vertex = api.get(f"/jobs/{job}")["vertices"][0]["id"]
    manager = api.get("/taskmanagers")["taskmanagers"][0]["id"]
    uid = api.get(f"/ext/jobs/{job}/state")["operators"][0]["uid"]
    # What exists, for half of the examples: else nearly all would be 404.
    config = os.path.join(cluster.directory, "schemathesis.toml")
    with open(config, "w") as f:
        f.write(f'[parameters]\n"path.jobid" = "{job}"\n"path.vertexid" = "{vertex}"\n'
                f'"path.taskmanagerid" = "{manager}"\n"path.uid" = "{uid}"\n"path.table" = "group"\n')
    tool = os.path.join(os.path.dirname(sys.executable), "schemathesis")
    # Not what ends the job, writes where it is told to, or has no end.
    command = [tool, "--config-file", config, "run", OPENAPI, "--url", api.base, "--seed", str(cluster.seed),
               "--checks", "not_a_server_error,status_code_conformance,content_type_conformance,"
               "response_schema_conformance", "--exclude-path-regex",
               "(yarn-cancel|yarn-stop|/rescaling|/stop|/savepoints|/cluster|/ext/stream)$|^/jobs$", "--exclude-method", "PATCH",
               "--max-examples", str(arguments.examples), "--workers", "2", "--phases", "examples,coverage,fuzzing",
               "--request-timeout", "30", "--max-time", "60", "--no-color"]
    done = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=cluster.directory)
    expect(done.returncode == 0, done.stdout[-6000:])
    cluster.say(done.stdout.strip().splitlines()[-1])
    api.get("/overview")


SCENARIOS = {"answers": answers, "access": access, "fuzz": fuzz}


if __name__ == "__main__":
    run_scenarios(__doc__, SCENARIOS, examples=20)
