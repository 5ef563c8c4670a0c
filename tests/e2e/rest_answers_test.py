#!/usr/bin/env python3
"""The REST interface of a cluster of real processes: every path that docs/openapi.yaml names, every action, and the numbers
of `weir info`, for jobs that run, have ended and have failed; every answer is held against its schema, which says every
field and allows no other. That the schemas are Flink's is shown with answers recorded from a real Flink
(flink_2_2_answers.json).

  rest_answers_test.py --weir BINARY
"""

import json
import os
import re
import time
import urllib.parse

from harness import ROOT, expect, run_test
from rest_api import FAILED, FINISHED, NOBODY, RUNNING, SOURCE, begin, state_is, submit
from rest_stream import watch, watch_logs

RECORDED = os.path.join(ROOT, "tests", "e2e", "flink_2_2_answers.json")


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
    cluster.eventually(lambda: api.get(at)["counts"]["completed"] >= 3, "three checkpoints")
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
                       cluster.info(job)["tasks_running"] == 6, "at parallelism 3")
    restored = cluster.eventually(lambda: api.get(at + "/checkpoints")["latest"]["restored"], "what it began from")
    expect(restored["id"] > 0 and not restored["is_savepoint"], f"{restored}")
    for bounds in requirements.values():
        bounds["parallelism"]["upperBound"] = 99
    api.ask("PUT", at + "/resource-requirements", requirements, 409)
    api.ask("PUT", at + "/resource-requirements", {}, 400)
    api.ask("PATCH", at + "/rescaling?parallelism=2", status=503)
    api.ask("GET", at + "/rescaling/" + NOBODY, status=503)
    expect(api.ask("PATCH", at + "/clientHeartbeat", {"expiredTimestamp": 1}, 202) == {}, "an empty object")
    api.ask("PATCH", f"/jobs/{NOBODY}/clientHeartbeat", {}, 404)
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
        cluster.wait_until_runs(job)
        restored = api.get(f"/jobs/{job}/checkpoints")["latest"]["restored"]
        expect(restored["external_path"] == location and restored["is_savepoint"], f"{restored}")
        expect(api.ask(method, f"/jobs/{job}{end}", status=202) == {}, "an empty object")
        cluster.eventually(state_is(api, job, "CANCELED"), f"{job} CANCELED")
        read_everything(api, job, "CANCELED")
    api.ask("PATCH", f"/jobs/{job}?mode=stop", status=308)
    api.ask("PATCH", f"/jobs/{job}?mode=x", status=400)
    api.ask("GET", f"/jobs/{job}/yarn-stop", status=308)
    # A savepoint, and then the end.
    job = submit(cluster, "last", RUNNING, 1)
    cluster.wait_until_runs(job)
    asked = api.ask("POST", f"/jobs/{job}/savepoints", {"cancel-job": True}, 202)["request-id"]
    api.wait_for(f"/jobs/{job}/savepoints/{asked}")
    cluster.eventually(state_is(api, job, "CANCELED"), f"{job} CANCELED")


def run_sql(api, cluster):
    """Our own: submit, validate, explain, rows by token."""
    explained = api.ask("POST", "/ext/sql/explain", {"sql": FINISHED})
    expect("GroupAggregate" in explained["plan"], "a plan")
    graph, = explained["jobs"]
    expect(len(graph["vertices"]) == 2 and graph["edges"] == [
        {"from": graph["vertices"][0]["id"], "to": graph["vertices"][1]["id"], "ship": "HASH"}], f"{graph}")
    expect(explained["answers"] == [], f"{explained['answers']}")
    asked = api.ask("POST", "/ext/sql/explain", {"sql": FINISHED + "SHOW TABLES; DESCRIBE nothing; SHOW JOBS; SET;"})
    tables, columns, there, options = asked["answers"]
    expect((tables["columns"], tables["rows"]) == (["table name"], [["nothing"], ["numbers"]]), f"{tables}")
    expect(columns["rows"][0][:3] == ["k", "INT", "TRUE"] and columns["rows"][0][-1] is None, f"{columns}")
    expect(there["columns"][:4] == ["job id", "job name", "status", "start time"], f"{there}")  # as in Flink
    expect({(row[0], row[1], row[2]) for row in there["rows"]} ==
           {(one["jid"], one["name"], one["state"]) for one in api.get("/jobs/overview")["jobs"]}, f"{there}")
    expect(asked["plan"] == explained["plan"] and options["columns"] == ["key", "value"], f"{options}")
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
    cluster.eventually(state_is(api, job, "FINISHED"), "the submitted job FINISHED")
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
    cluster.eventually(lambda: api.get(f"/ext/jobs/{running}")["output"]["reason"] == "FLOWS", "output flows")

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


def read_state(api, cluster, running, finished):
    """Our own: what a running job keeps. That it is right is state_test.py's business."""
    at = f"/ext/jobs/{running}/state"
    (op,) = api.get(at)["operators"]
    expect(op["vertexId"] in [v["id"] for v in api.get(f"/jobs/{running}")["vertices"]], f"{op}")
    (table,) = op["tables"]
    expect((table["name"], table["keyColumns"], table["moreOnDisk"]) == ("group", ["k"], False), f"{table}")
    here = f"{at}/{urllib.parse.quote(op['uid'], safe='')}/group"
    cluster.eventually(lambda: len(api.get(here)["rows"]) == 20, "twenty groups")
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
    cluster.wait_until_runs(running)
    cluster.eventually(state_is(api, finished, "FINISHED"), "FINISHED")
    cluster.eventually(state_is(api, failed, "FAILED"), "FAILED")

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
    cluster.eventually(lambda: shown() >= before, "as many rows as `weir info` has shown")
    expect(shown() <= cluster.info(running)["vertices"][0]["records_in"], "more rows than `weir info` shows")
    source = next(v for v in api.get(f"/jobs/{running}")["vertices"] if v["name"].startswith("Source"))
    names = [m["id"] for m in api.get(f"/jobs/{running}/vertices/{source['id']}/subtasks/metrics")]
    expect(any(re.fullmatch(r"Source__.*\.numRecordsInPerSecond", name) for name in names), f"{names}")
    rate = f"/jobs/{running}/vertices/{source['id']}/subtasks/metrics?get=numRecordsOutPerSecond&agg=sum"
    cluster.eventually(lambda: 100 < api.get(rate)[0]["sum"] < 400, "200 rows a second")

    read_checkpoints(api, cluster, running)
    read_state(api, cluster, running, finished)
    cancel(api, cluster, act(api, cluster, running))
    run_sql(api, cluster)
    watch(api, cluster)
    watch_logs(api, cluster)
    api.ask("POST", "/jobs", {}, 501)
    for path in (f"/jobs/{NOBODY}", f"/jobs/{NOBODY}/checkpoints", f"/jobs/{NOBODY}/vertices/{NOBODY}"):
        api.get(path, 404)
    api.get("/jobs/x", 400)
    api.ask("PATCH", f"/jobs/{NOBODY}", status=404)
    api.ask("DELETE", "/cluster")
    # It ends, and the supervisor brings it back.
    cluster.eventually(lambda: cluster.restarts()["jobmanager"][0] == 1, "the job manager has ended")
    cluster.kills["jobmanager"] = 1
    missing = api.schemas.operations - api.seen
    expect(not missing, f"never asked: {sorted(missing)}")
    cluster.say(f"{len(api.seen)} operations")


if __name__ == "__main__":
    run_test(__doc__, answers)
