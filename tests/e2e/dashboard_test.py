#!/usr/bin/env python3
"""The dashboard in a real browser, at a cluster of real processes: every pane shows what REST answers, every button does
what it says, and everybody can use it.

  dashboard_test.py --weir BINARY --scenario NAME

  panes       what each page shows, against REST
  actions     savepoint, rescale, stop, cancel: done, and refused
  output      why there is no output
  kafka       how far each partition is
  people      by keyboard, with a screen reader, on a telephone, in light and dark; with a token; while the job manager is away
  pictures    no test: writes docs/images/
"""

import json
import os
import re
import subprocess
import time

from browser import browser
from harness import ROOT, expect, run_scenarios
from processes import free_port
from rest_test import FAILED, FINISHED, RUNNING, SOURCE, Api, Schemas, begin, cluster_token, submit

MOST_BYTES = 400_000
EARLY, LATE = 1_767_225_600_000, 4_102_444_800_000  # 2026 and 2100, as milliseconds


# --- what the page writes for a number ---------------------------------------------------------------------------
def scaled(value, units, separator):
    unit = 0
    while abs(value) >= 999.5 and unit < len(units) - 1:
        value, unit = value / 1000, unit + 1
    if unit == 0:
        digits = 0 if value == int(value) or abs(value) >= 10 else 1
    else:
        digits = 2 if abs(value) < 10 else 1 if abs(value) < 100 else 0
    return f"{value:.{digits}f}{separator}{units[unit]}".strip()


def count(value):
    return scaled(value, ["", "k", "M", "G", "T"], "")


def size(value):
    return scaled(value, ["B", "kB", "MB", "GB", "TB"], "\u00a0")


def exact(value):
    return f"{value:,}".replace(",", "\u202f")


def moment(ms):
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(ms // 1000))


def plain(sentence):
    """Names stand between backticks; on the page they are set like code, of chains only the beginning."""
    def short(found):
        first, *more = found.group(1).split(" -> ")
        return first[:60] + "…" if len(first) > 60 else first + " -> …" if more else first

    return re.sub("`([^`]*)`", short, sentence)


def picture(api, job):
    return api.get(f"/ext/jobs/{job}")


def vertex_text(tab, vertex):
    """All that is read out."""
    return tab.page.text_content(f'[data-vertex="{vertex}"]')


# --- panes -------------------------------------------------------------------------------------------------------
def check_overview(tab, api):
    tab.open("overview")
    overview = api.get("/overview")
    cards = tab.cards()
    expect(cards["Free slots"].split() == [str(overview["slots-available"]), "of", str(overview["slots-total"])], f"{cards}")
    expect(cards["Task managers"] == str(overview["taskmanagers"]), f"{cards}")
    expect(cards["Jobs running"] == str(overview["jobs-running"]), f"{cards}")
    expect(cards["Version"].split()[0] == overview["flink-commit"].removeprefix("weir-"), f"{cards}")
    jobs = api.get("/ext/jobs")["jobs"]
    going = {one["id"]: one for one in jobs if one["endedAt"] is None}
    ended = {one["id"]: one for one in jobs if one["endedAt"] is not None}

    def rows(label, *heads):
        return [tuple(row[head] for head in heads) for row in tab.table(label)]

    expect(rows("Running jobs", "Job", "State", "Restarts", "Reason") ==
           [(one["name"], one["state"], str(one["restarts"]), one["reason"] or "") for one in going.values()],
           f"{tab.table('Running jobs')} and {going}")
    expect(rows("Ended jobs", "Job", "State", "Ended", "Restarts", "Reason") ==
           [(one["name"], one["state"], moment(one["endedAt"]), str(one["restarts"]), one["reason"] or "")
            for one in ended.values()], f"{tab.table('Ended jobs')} and {ended}")
    events = api.get("/ext/events")["events"][:20]
    tab.eventually_equal(lambda: rows("Events", "Time", "Severity", "Event"),
                         lambda: [(moment(one["at"]), one["severity"], one["text"]) for one in
                                  api.get("/ext/events")["events"][:20]], "the events")
    expect(any(one["severity"] != "info" for one in events), f"a job has failed: {events}")


def check_task_managers(tab, api):
    tab.open("taskmanagers")
    managers = api.get("/ext/taskmanagers")["taskManagers"]
    shown = tab.table("Task managers")
    expect(len(shown) == len(managers) == 2, f"{shown}")
    for row, one in zip(shown, managers):
        expect(row["Task manager"].split()[:2] == [one["id"], one["address"]], f"{row} and {one}")
        expect(row["Free slots"] == f"{one['freeSlots']} of {one['slots']}", f"{row} and {one}")
        expect(row["Jobs"].split("\n") == [job["name"] for job in one["jobs"]] or row["Jobs"] == "none" and not one["jobs"],
               f"{row} and {one}")
        expect(all(budget["name"] in row["Budgets"] for budget in one["budgets"]), f"{row} and {one}")
    one = managers[0]["id"]
    tab.page.click(f'a[href="#/taskmanagers/{one}"]')
    tab.page.wait_for_selector(f"h1:text-is('Task manager {one}')")

    def budgets():
        return [line for line in tab.text("section[aria-label='Memory by budget']").split("\n") if line][1:]

    def of_rest():
        now = next(other for other in api.get("/ext/taskmanagers")["taskManagers"] if other["id"] == one)
        return [f"{b['name']} {size(b['usedBytes'])}" + (f" of {size(b['limitBytes'])}" if b["limitBytes"] is not None else "")
                for b in now["budgets"]]

    tab.eventually_equal(budgets, of_rest, "the budgets of a task manager")
    check_process(tab, api, ["taskmanagers", one], f"/taskmanagers/{one}", "task manager with 3 slots",
                  "Status.JVM.Memory.Heap.Used")


def check_process(tab, api, parts, path, in_log, metric):
    """Its metrics, its log and its standard output."""
    tab.open(*parts, "metrics")
    names = [one["id"] for one in api.get(path + "/metrics")]
    expect([row["Name"] for row in tab.table("Metrics")] == names, f"{tab.table('Metrics')[:3]} and {names[:3]}")

    def value():
        return next(row["Value"] for row in tab.table("Metrics") if row["Name"] == metric)

    tab.eventually_equal(value, lambda: api.get(f"{path}/metrics?get={metric}")[0]["value"], metric, 20)
    tab.page.get_by_role("searchbox").fill(metric.upper())
    expect([row["Name"] for row in tab.table("Metrics")] == [metric], "the box finds one of them")
    tab.open(*parts, "log")
    tab.eventually(lambda: in_log in tab.text("pre.log"), 5, "the log")
    tab.page.get_by_role("searchbox").fill("nobody ever writes this")
    expect(in_log not in tab.text("section.panel"), "no line has that")
    tab.page.get_by_role("searchbox").fill(in_log)
    lines = tab.text("pre.log").strip().split("\n")
    expect(lines and all(in_log in line for line in lines), f"{lines}")
    tab.open(*parts, "stdout")
    expect("Standard output" in tab.text("section.panel"), "standard output")


def check_ended_job(tab, api, job):
    """To the last row; nothing of it is live."""
    tab.open("jobs", job)
    shown = picture(api, job)
    for vertex in shown["vertices"]:
        label = vertex_text(tab, vertex["id"])
        expect(vertex["name"] in label and f"{count(vertex['recordsIn'])} in, {count(vertex['recordsOut'])} out" in label, f"{label} and {vertex}")
        expect("/s" not in label and "busy" not in label, f"an ended job is not busy: {label}")
        tab.page.click(f'[data-vertex="{vertex["id"]}"]')
        tab.page.wait_for_selector(f"section[aria-label={json.dumps(vertex['name'])}]")
        text = tab.text(f"section[aria-label={json.dumps(vertex['name'])}]")
        expect(f"{exact(vertex['recordsIn'])} rows in" in text and f"{exact(vertex['recordsOut'])} rows out" in text, text)
        expect([(row["Operator"], row["Kind"], row["Rows in"]) for row in tab.table("Operators")] ==
               [(one["name"], one["kind"], exact(one["recordsIn"])) for one in vertex["operators"]], "operators")
        expect([(row["#"], row["State"], row["Rows in"], row["Rows out"], row["State size"]) for row in
                tab.table("Subtasks")] ==
               [(str(one["index"]), one["state"], count(one["recordsIn"]), count(one["recordsOut"]),
                 size(one["stateBytes"])) for one in vertex["subtasks"]], f"{tab.table('Subtasks')} and {vertex['subtasks']}")
    expect(tab.page.locator(".actions button").count() == 0, "nothing can be done with it")
    expect(tab.page.locator(".chart").count() == 0, "no chart of what does not go on")
    expect(moment(shown["endedAt"]) in tab.text(".facts"), "when it ended")


def check_running_job(tab, api, job):
    """Each number that the page shows, REST has given in the same seconds."""
    tab.open("jobs", job)
    vertex = next(one for one in picture(api, job)["vertices"] if one["operators"][0]["kind"] == "source")
    box = f'[data-vertex="{vertex["id"]}"] .vertex-rate'
    answered, shown = set(), []
    deadline = time.monotonic() + 8
    while time.monotonic() < deadline:
        now = next(one for one in picture(api, job)["vertices"] if one["id"] == vertex["id"])
        answered.add(f"{count(now['recordsInPerSecond'])}/s in, {count(now['recordsOutPerSecond'])}/s out")
        text = tab.text(box)
        if not shown or shown[-1] != text:
            shown.append(text)
        tab.page.wait_for_timeout(50)
    expect(len(shown) >= 3, f"it stands still: {shown}")
    strange = [text for text in shown[1:-1] if text not in answered]
    expect(not strange, f"REST never said {strange}; it said {sorted(answered)}")
    tab.page.click(f'[data-vertex="{vertex["id"]}"]')
    tab.page.wait_for_selector(".chart canvas")
    for state in ("pace",):
        sentence = picture(api, job)[state]["sentence"]
        tab.eventually_equal(lambda: tab.text(".pace") if tab.page.locator(".pace").count() else "",
                             lambda: plain(picture(api, job)["pace"]["sentence"]), f"which vertex holds it back ({sentence})")
    tab.eventually_equal(lambda: [(row["#"], row["State"], row["Where"]) for row in tab.table("Subtasks")],
                         lambda: [(str(one["index"]), one["state"], one["endpoint"]) for vertex in picture(api, job)["vertices"]
                                  if vertex["id"] == vertex_of(tab) for one in vertex["subtasks"]], "the subtasks")
    tab.button("Close the vertex").click()
    expect(tab.page.locator(".chart").count() == 0, "the panel is closed")


def check_state(tab, api, job):
    """The rows that a vertex keeps, and one of them by its key."""
    vertex = next(one for one in picture(api, job)["vertices"] if one["stateEntries"] > 0)
    operator = next(one for one in api.get(f"/ext/jobs/{job}/state")["operators"] if one["vertexId"] == vertex["id"])
    table = operator["tables"][0]
    key = table["keyColumns"][0]
    rows = api.get(f"/ext/jobs/{job}/state/{operator['uid']}/{table['name']}?limit=20")["rows"]
    tab.open("jobs", job, "graph", vertex["id"])
    tab.button("Look into its state").click()
    keys = sorted(str(one["row"][key]) for one in rows)
    tab.eventually(lambda: sorted(row[key] for row in tab.table("Rows of its state") or []) == keys, 10, f"the keys {keys}")
    tab.page.get_by_label(f"Key: {key}", exact=True).fill(keys[3])
    tab.page.keyboard.press("Enter")
    tab.eventually(lambda: [row[key] for row in tab.table("Rows of its state") or []] == [keys[3]], 10, f"the row of {keys[3]}")


def vertex_of(tab):
    return tab.page.get_attribute('[data-vertex][aria-pressed="true"]', "data-vertex")


def check_checkpoints(tab, api, job):
    at = f"/jobs/{job}/checkpoints"
    tab.eventually(lambda: api.get(at)["counts"]["completed"] >= 2, 30, "two checkpoints")
    tab.open("jobs", job, "checkpoints")
    tab.eventually_equal(lambda: [tab.cards()[name].split("\n")[0].split(" ")[0] for name in ("Completed", "Failed", "Restored")],
                         lambda: [str(api.get(at)["counts"][name]) for name in ("completed", "failed", "restored")],
                         "how many checkpoints there were")

    def of_rest():
        return [(str(one["id"]), one["status"].replace("_", " "), moment(one["trigger_timestamp"]), size(one["state_size"]))
                for one in api.get(at)["history"]]

    tab.eventually_equal(lambda: [(row["Id"], row["Status"], row["Began"], row["State"]) for row in tab.table("History")],
                         of_rest, "the history of checkpoints")
    newest = api.get(at)["latest"]["completed"]["id"]
    tab.page.get_by_label(f"Details of {newest}", exact=True).click()
    details = api.get(f"{at}/details/{newest}")
    names = {vertex["id"]: vertex["name"] for vertex in picture(api, job)["vertices"]}
    tab.eventually_equal(lambda: [(row["Vertex"], row["Tasks"], row["State"]) for row in tab.table("By vertex") or []],
                         lambda: [(names[vertex], f"{one['num_acknowledged_subtasks']} of {one['num_subtasks']}",
                                   size(one["state_size"])) for vertex, one in details["tasks"].items()], "one checkpoint")
    vertex, name = next(iter((vertex, names[vertex]) for vertex in details["tasks"]))
    tab.button(name).click()
    subtasks = api.get(f"{at}/details/{newest}/subtasks/{vertex}")["subtasks"]
    tab.eventually_equal(lambda: [(row["#"], row["State"]) for row in tab.table(f"Subtasks of {name}") or []],
                         lambda: [(str(one["index"]), size(one["state_size"])) for one in subtasks], "its subtasks")
    expect("exactly once" in str(tab.table("Configuration")) and "500 ms" in str(tab.table("Configuration")), "how they are taken")


def check_failed_job(tab, api, job):
    tab.open("jobs", job, "exceptions")
    history = api.get(f"/jobs/{job}/exceptions")["exceptionHistory"]["entries"]
    text = tab.text()
    expect(len(history) == 1 and history[0]["exceptionName"] in text and history[0]["taskName"] in text, text)
    expect(history[0]["stacktrace"].strip() in tab.text("section.panel pre"), tab.text("section.panel pre"))
    expect(moment(history[0]["timestamp"]) in text, text)
    expect(picture(api, job)["reason"] in text, "the reason is above all panes")
    tab.open("jobs", job, "checkpoints")
    expect("It takes no checkpoints" in tab.text(), tab.text())


def check_configuration(tab, api, job):
    tab.open("jobs", job, "configuration")
    config = api.get(f"/jobs/{job}/config")["execution-config"]
    shown = {row["Name"]: row["Value"] for row in tab.table("Options")}
    expect(shown == config["user-config"], f"{shown} and {config}")
    expect(tab.text("section[aria-label='SQL'] pre").strip() == picture(api, job)["sql"].strip(), "the script")
    shown = {row["Name"]: row["Value"] for row in tab.table("Execution")}
    expect(shown["parallelism"] == str(config["job-parallelism"]), f"{shown} and {config}")


def panes(cluster, arguments):
    api = begin(cluster)
    with browser() as new_tab:
        tab = new_tab(api.base)
        tab.open("overview")
        expect("No job runs" in tab.text() and "weir run -f" in tab.text(), tab.text())
        running = submit(cluster, "running", RUNNING, 2)
        finished = submit(cluster, "finished", FINISHED, 2)
        failed = submit(cluster, "failed", FAILED, 1)
        # Pushed: nobody has loaded the page again.
        tab.eventually(lambda: {row["Job"] for row in tab.table("Running jobs") or []} >= {"the <running> one"}, 10, "the job")
        cluster.wait_until_runs(running, 30)
        for job, state in ((finished, "FINISHED"), (failed, "FAILED")):
            cluster.eventually(lambda: picture(api, job)["state"] == state, 30, f"{job} {state}")
        tab.eventually(lambda: len(tab.table("Ended jobs") or []) == 2, 10, "two have ended")
        check_overview(tab, api)
        check_task_managers(tab, api)
        check_process(tab, api, ["jobmanager"], "/jobmanager", "REST interface on", "taskSlotsTotal")
        tab.open("jobmanager")
        options = {one["key"]: one["value"] for one in api.get("/jobmanager/config")}
        expect({row["Name"]: row["Value"] for row in tab.table("Configuration")} == options, f"{options}")
        check_ended_job(tab, api, finished)
        check_running_job(tab, api, running)
        check_state(tab, api, running)
        check_checkpoints(tab, api, running)
        check_failed_job(tab, api, failed)
        check_configuration(tab, api, running)
        tab.open("jobs", "0" * 32)
        expect("Not found" in tab.text(), tab.text())
        tab.expect_nothing_wrong()


HOURS = ("SET 'execution.checkpointing.interval' = '500 ms';\n" + SOURCE.format(options="'rows-per-second' = '100',") +
         "CREATE TABLE files (k INT, n BIGINT) WITH ('connector' = 'filesystem', 'path' = 'file://{path}', 'format' = 'json');\n"
         "INSERT INTO files SELECT k, COUNT(*) FROM TABLE(TUMBLE(TABLE numbers, DESCRIPTOR(ts), INTERVAL '1' HOUR)) "
         "GROUP BY k, window_start, window_end;\n")


# --- actions -----------------------------------------------------------------------------------------------------
def answer_dialog(tab, action, confirm, fill=None, check=None):
    """Opens the question, answers it, and returns what is reported."""
    tab.button(action + " …").click()
    dialog = tab.page.get_by_role("dialog")
    for label, value in (fill or {}).items():
        dialog.get_by_label(label).fill(value)
    if check:
        dialog.get_by_label(check).check()
    dialog.get_by_role("button", name=confirm, exact=True).click()
    report = dialog.locator("[role=status], [role=alert]").first
    report.wait_for(timeout=60_000)
    text = report.inner_text()
    tab.page.keyboard.press("Escape")
    dialog.wait_for(state="detached")
    return text


def actions(cluster, arguments):
    api = begin(cluster)
    folder = os.path.join(cluster.directory, "mine")
    with browser() as new_tab:
        tab = new_tab(api.base)

        def running(text):
            job = submit(cluster, "running", text, 1)
            cluster.wait_until_runs(job, 30)
            tab.open("jobs", job)
            return job

        job = running(RUNNING)
        tab.button("Cancel …").click()
        tab.button("Not now").click()
        expect(picture(api, job)["state"] == "RUNNING", "not now")
        text = answer_dialog(tab, "Savepoint", "Take it", {"Folder": folder})
        latest = api.get(f"/jobs/{job}/checkpoints")["latest"]["savepoint"]["external_path"]
        expect(latest in text and latest.startswith(folder) and os.path.exists(latest + "/manifest"), f"{text} and {latest}")
        text = answer_dialog(tab, "Savepoint", "Take it", {"Folder": "here"})
        expect("not absolute" in text, text)
        # Two task managers of three slots, one in use.
        tab.button("Rescale …").click()
        tab.eventually(lambda: "5 slots are free" in tab.text("dialog") and "1 to 6" in tab.text("dialog"), 20, "what there is room for")
        tab.button("Not now").click()
        text = answer_dialog(tab, "Rescale", "Rescale it", {"Parallelism": "3"})
        expect("running at parallelism 3" in text, text)
        expect({one["parallelism"] for one in picture(api, job)["vertices"]} == {3}, "three subtasks each")
        tab.eventually(lambda: "parallelism 3" in tab.text(".facts"), 10, "the page says so")
        expect("canceled" in answer_dialog(tab, "Cancel", "Cancel it"), "cancelled")
        expect(picture(api, job)["state"] == "CANCELED", "cancelled")
        tab.eventually(lambda: tab.page.locator(".actions button").count() == 0, 10, "nothing more can be done")

        # Its window is an hour long: rows come out because it is drained.
        files = os.path.join(cluster.directory, "files")
        job = running(HOURS.replace("{path}", files))
        cluster.eventually(lambda: picture(api, job)["vertices"][0]["recordsOut"] > 0, 20, "rows")
        text = answer_dialog(tab, "Stop", "Stop it", {"Folder": folder}, check="Drain")
        end = picture(api, job)
        expect(end["state"] == "FINISHED" and end["savepoint"] in text and end["savepoint"].startswith(folder), f"{text} {end}")
        tab.eventually(lambda: "FINISHED" in tab.text(".job-name") and end["savepoint"] in tab.text(), 10, "it has ended")
        written = [name for _, _, names in os.walk(files) for name in names if not name.startswith(".")]
        expect(written, f"nothing has come out into {files}")
        tab.expect_nothing_wrong()


# --- why there is no output --------------------------------------------------------------------------------------
EVENTS = """
CREATE TABLE events (k STRING, written STRING, ts AS TO_TIMESTAMP(written, 'yyyy-MM-dd HH:mm:ss'),
  WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) WITH ('connector' = 'kafka', 'topic' = 'events',
  'properties.bootstrap.servers' = 'localhost:9092', 'scan.startup.mode' = 'earliest-offset', 'format' = 'json');
CREATE TABLE counts (k STRING, n BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO counts SELECT k, COUNT(*) FROM TABLE(TUMBLE(TABLE events, DESCRIPTOR(ts), INTERVAL '10' SECOND))
  GROUP BY k, window_start, window_end;
"""
FILTERED = SOURCE.format(options="'rows-per-second' = '100',") + "INSERT INTO nothing SELECT k, id FROM numbers WHERE k > 1000;\n"
FILES = ("SET 'execution.checkpointing.interval' = '1 h';\n" + SOURCE.format(options="'rows-per-second' = '100',") +
         "CREATE TABLE files (k INT) WITH ('connector' = 'filesystem', 'path' = 'file://{path}', 'format' = 'json');\n"
         "INSERT INTO files SELECT k FROM numbers;\n")


def produce(cluster, topic, partition, lines):
    done = subprocess.run(["kcat", "-P", "-b", cluster.bootstrap, "-t", topic, "-p", str(partition)],
                          input="".join(line + "\n" for line in lines), text=True, capture_output=True)
    expect(done.returncode == 0, done.stderr)


def event_lines(first, number):
    return [json.dumps({"k": "a", "written": time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(first + i))}) for i in range(number)]


def start_kafka(cluster):
    cluster.start_service("kafka", os.path.join(ROOT, "deploy", "services", "kafka"), cluster.ports.kafka, [])
    cluster.wait(cluster.kafka_answers, 240, "kafka", "Kafka")


def output(cluster, arguments):
    cluster.start(task_managers=0, services=False)
    start_kafka(cluster)
    cluster.create_topic("events", 2)
    api = Api(f"http://127.0.0.1:{cluster.ports.rest}", Schemas())
    with browser() as new_tab:
        tab = new_tab(api.base)

        def says(job, reason):
            """The page says what REST says, and REST says the reason."""
            tab.open("jobs", job)
            seen = []
            cluster.eventually(lambda: seen.append(picture(api, job)["output"]) or seen[-1]["reason"] == reason, 40,
                               f"{reason}; {seen[-1:]}")
            if reason == "FLOWS":
                tab.eventually(lambda: tab.page.locator(".no-output").count() == 0 and
                               "rows have reached the sinks" in tab.text("section[aria-label=Output]"), 10, "output flows")
                return

            def both():
                answer = picture(api, job)["output"]
                text = tab.text(".no-output") if tab.page.locator(".no-output").count() else ""
                return answer["reason"] == reason and plain(answer["sentence"]) in text and plain(answer["advice"] or "") in text

            tab.eventually(both, 10, reason)
            cluster.say(f"{reason}: {' / '.join(tab.text('.no-output').splitlines())}")

        def cancel(job):
            api.ask("PATCH", f"/jobs/{job}", status=202)
            cluster.eventually(lambda: picture(api, job)["state"] == "CANCELED", 20, "cancelled")

        windows = submit(cluster, "windows", EVENTS, 1)
        tab.open("overview")
        expect("weir taskmanager --jobmanager" in tab.text() and str(cluster.ports.rpc) in tab.text(), tab.text())
        says(windows, "NO_SLOTS")
        cluster.start_taskmanager(1, 4)
        cluster.wait_until_runs(windows, 30)
        says(windows, "NO_RECORDS")
        produce(cluster, "events", 0, event_lines(1_800_000_000, 100))
        says(windows, "WATERMARK_HELD")
        held = picture(api, windows)
        tab.page.locator(".no-output a").click()
        expect(vertex_of(tab) == held["output"]["vertex"], "the link leads to the vertex that holds it")
        produce(cluster, "events", 1, event_lines(1_800_000_000, 100))
        # Both partitions have come as far, so the windows end, and then there is nothing more to do.
        tab.eventually(lambda: "So far 9 rows came out" in tab.text("section[aria-label=Output]"), 20, "the windows have ended")
        says(windows, "NO_RECORDS")
        cancel(windows)
        job = submit(cluster, "running", RUNNING, 1)
        says(job, "FLOWS")
        cancel(job)
        job = submit(cluster, "filtered", FILTERED, 1)
        says(job, "ALL_FILTERED")
        cancel(job)
        job = submit(cluster, "files", FILES.replace("{path}", os.path.join(cluster.directory, "files")), 1)
        says(job, "WAITS_FOR_COMMIT")
        cancel(job)
        tab.open("jobs", job)
        tab.eventually(lambda: "CANCELED" in tab.text(".job-name") and tab.page.locator("section[aria-label=Output]").count() == 0,
                       10, "an ended job owes nothing")
        tab.expect_nothing_wrong()


# --- Kafka -------------------------------------------------------------------------------------------------------
SLOW = """
CREATE TABLE slow (k STRING, written STRING) WITH ('connector' = 'kafka', 'topic' = 'events',
  'properties.bootstrap.servers' = 'localhost:9092', 'properties.group.id' = 'slow', 'scan.startup.mode' = 'earliest-offset',
  'format' = 'json');
CREATE TABLE refused (k STRING PRIMARY KEY NOT ENFORCED) WITH ('connector' = 'jdbc',
  'url' = 'jdbc:postgresql://127.0.0.1:1/weir', 'table-name' = 'refused', 'username' = 'weir', 'password' = 'weir');
"""


def kafka(cluster, arguments):
    api = begin(cluster)
    start_kafka(cluster)
    cluster.create_topic("events", 3)
    produce(cluster, "events", 0, event_lines(1_800_000_000, 500))
    job = submit(cluster, "events", EVENTS, 2)
    cluster.wait_until_runs(job, 30)
    with browser() as new_tab:
        tab = new_tab(api.base)
        tab.open("jobs", job, "sources")
        source = next(one for one in picture(api, job)["vertices"] if one["operators"][0]["kind"] == "source")
        label = f"Splits of {source['name']}"

        def of_rest():
            splits = next(one for one in picture(api, job)["vertices"] if one["id"] == source["id"])["splits"]
            return [(one["id"], f"subtask {one['subtask']}", "" if one["recordsWaiting"] is None else exact(one["recordsWaiting"]),
                     "" if one["watermark"] is None else moment(one["watermark"])) for one in splits]

        def shown():
            return [(row["Split"], row["Read by"], row["Records waiting"], row["Watermark"]) for row in tab.table(label) or []]

        tab.eventually(lambda: len(shown()) == 3 and [row[2] for row in shown()] == ["0", "0", "0"], 30, "all is read")
        tab.eventually_equal(shown, of_rest, "the partitions")
        expect(sum(row[3] != "" for row in shown()) == 1, f"one partition has had records: {shown()}")
        # The task managers stand still, so what is written waits.
        produce(cluster, "events", 1, event_lines(1_800_000_000, 1234))
        produce(cluster, "events", 2, event_lines(1_800_000_000, 99))
        tab.eventually(lambda: sum(row[3] != "" for row in shown()) == 3, 30, "each has a watermark now")
        tab.eventually_equal(shown, of_rest, "the partitions")
        tab.open("jobs", job, "graph", source["id"])
        tab.eventually(lambda: len(tab.table("Splits") or []) == 3, 10, "the same beside the graph")
        tab.expect_nothing_wrong()


# --- people ------------------------------------------------------------------------------------------------------
def focused(tab):
    return tab.page.evaluate("document.activeElement.getAttribute('aria-label') || document.activeElement.textContent")


def tab_to(tab, what, most=40):
    for _ in range(most):
        tab.page.keyboard.press("Tab")
        if (focused(tab) or "").startswith(what):
            return
    expect(False, f"no Tab leads to {what!r}; the last place is {focused(tab)!r}")


def walk_by_keyboard(tab, api, job):
    """From the front page to a vertex, a question and back, without a mouse."""
    tab.open("overview")
    tab.page.reload()
    tab.page.wait_for_selector("[aria-label='Running jobs']")
    tab.page.keyboard.press("Tab")
    expect(focused(tab) == "Skip to the content", focused(tab))
    tab.page.keyboard.press("Enter")
    expect(tab.page.evaluate("document.activeElement.id") == "content", "skipped to the content")
    tab_to(tab, "the <running> one")
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_selector("[data-vertex]")
    expect(tab.page.evaluate("document.activeElement.id") == "content", "a new page begins at its content")
    names = [vertex["name"] for vertex in picture(api, job)["vertices"]]
    tab_to(tab, names[0])
    tab.page.keyboard.press("ArrowRight")
    expect(focused(tab).startswith(names[1]), f"the next vertex: {focused(tab)}")
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_selector(".chart")
    expect(focused(tab).startswith(names[1]) and vertex_of(tab) == picture(api, job)["vertices"][1]["id"], "chosen, and still there")
    # Several pushes later the focus is where it was.
    tab.page.wait_for_timeout(2500)
    expect(focused(tab).startswith(names[1]), f"the focus has been lost: {focused(tab)}")
    tab.page.keyboard.press("Home")
    expect(focused(tab).startswith(names[0]), f"home: {focused(tab)}")
    tab.page.evaluate("document.getElementById('content').focus()")
    tab_to(tab, "Rescale …")
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_selector("dialog[open]")
    expect(tab.page.evaluate("document.activeElement.type") == "number", "the question begins at its field")
    tab.page.keyboard.press("Escape")
    tab.page.wait_for_selector("dialog", state="detached")
    expect(focused(tab) == "Rescale …", f"back where it was: {focused(tab)}")


def check_stays(tab, job):
    """A table that is scrolled, and text that is written, outlive what is pushed."""
    tab.page.set_viewport_size({"width": 390, "height": 600})
    tab.open("jobs", job, "checkpoints")
    region = tab.page.get_by_role("region", name="History").locator("..").locator("[role=region][tabindex]").last
    region.evaluate("element => { element.scrollLeft = 120; }")
    tab.page.evaluate("window.scrollTo(0, 500)")
    before = [region.evaluate("element => element.scrollLeft"), tab.page.evaluate("window.scrollY")]
    tab.page.wait_for_timeout(2500)
    after = [region.evaluate("element => element.scrollLeft"), tab.page.evaluate("window.scrollY")]
    expect(before == after and before[0] > 0, f"it was at {before} and is at {after}")
    tab.page.set_viewport_size({"width": 1280, "height": 900})


def check_token(cluster, new_tab, schemas):
    secret = os.path.join(cluster.directory, "token")
    token = cluster_token(cluster, secret)
    port = free_port()
    cluster.run("jobmanager-2", [cluster.weir, "jobmanager", "--bind-address", "127.0.0.1", "--rpc-port", str(free_port()),
                                 "--rest-port", str(port), "--rest-token-file", secret])
    guarded = Api(f"http://127.0.0.1:{port}", schemas, {"Authorization": "Bearer " + token})

    def answers():
        try:
            return guarded.raw("GET", "/overview")[0] == 200
        except OSError:
            return False

    cluster.eventually(answers, 20, "the job manager with a token")
    tab = new_tab(guarded.base)
    tab.page.goto(guarded.base + "/#/overview")
    field = tab.page.get_by_label("Access token")
    field.wait_for()
    tab.check_accessible("the question for a token")
    field.fill("x" * len(token))
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_timeout(1000)
    field.wait_for()
    field.fill(token)
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_selector("dl.cards")
    expect(tab.cards()["Task managers"] == "0", f"{tab.cards()}")
    tab.open("jobmanager", "log")
    tab.eventually(lambda: "REST interface on" in tab.text(), 5, "what is fetched has the token too")
    expect(token not in tab.page.content() and token not in tab.page.url, "the token is not shown")
    tab.expect_nothing_wrong()


def check_outage(cluster, api, tab, job):
    """The page says that the job manager is away, keeps what it has, and goes on by itself."""
    tab.open("jobs", job)
    began = picture(api, job)["startedAt"]
    cluster.kill("jobmanager")
    tab.page.wait_for_selector("text=The job manager does not answer", timeout=10_000)
    expect(tab.page.locator("[data-vertex]").count() == 2, "the graph stays")
    tab.page.wait_for_selector("text=The job manager does not answer", state="detached", timeout=60_000)

    def runs():
        return "RUNNING" in tab.text(".job-name") and "2 running" not in tab.text() or picture(api, job)["state"] == "RUNNING"

    cluster.eventually(lambda: picture(api, job)["state"] == "RUNNING", 60, "the job runs again")
    tab.eventually(runs, 20, "the page shows it")
    expect(picture(api, job)["startedAt"] == began, "it is the same job")


def people(cluster, arguments):
    api = begin(cluster)
    job = submit(cluster, "running", RUNNING, 2)
    failed = submit(cluster, "failed", FAILED, 1)
    cluster.wait_until_runs(job, 30)
    cluster.eventually(lambda: picture(api, failed)["state"] == "FAILED", 30, "FAILED")
    cluster.wait_for_checkpoint(job)
    source = picture(api, job)["vertices"][0]["id"]
    manager = api.get("/ext/taskmanagers")["taskManagers"][0]["id"]
    newest = str(api.get(f"/jobs/{job}/checkpoints")["latest"]["completed"]["id"])
    pages = [["overview"], ["taskmanagers"], ["taskmanagers", manager], ["taskmanagers", manager, "metrics"],
             ["taskmanagers", manager, "log"], ["jobs", job], ["jobs", job, "graph", source], ["jobs", job, "checkpoints", newest],
             ["jobs", failed, "exceptions"], ["jobs", job, "sources"], ["jobs", job, "configuration"], ["jobmanager"],
             ["jobmanager", "stdout"]]
    with browser() as new_tab:
        tab = new_tab(api.base)
        tab.open("overview")
        sent = sum(tab.transferred.values())
        expect(0 < sent <= MOST_BYTES, f"the page takes {sent} bytes: {tab.transferred}")
        cluster.say(f"the page takes {sent} bytes")
        for parts in pages:
            tab.open(*parts)
            where = "/".join(parts)
            tab.check_narrow(where)
            tab.check_accessible(where)
        # The SQL page fetches its editor besides.
        tab.page.goto(f"{api.base}/#/sql")
        tab.page.wait_for_timeout(2000)
        for address, number in tab.transferred.items():
            expect("/ext/" in address or number <= MOST_BYTES, f"{address} takes {number} bytes")
        walk_by_keyboard(tab, api, job)
        check_stays(tab, job)
        check_token(cluster, new_tab, api.schemas)
        check_outage(cluster, api, tab, job)
        tab.expect_nothing_wrong()


# --- pictures ----------------------------------------------------------------------------------------------------
def pictures(cluster, arguments):
    """What the README shows: the commerce example at work."""
    cluster.start()
    cluster.create_commerce()
    cluster.run("producer", cluster.producer("--rate", "3000"))
    job = cluster.submit(cluster.commerce_pipeline(settings={"pipeline.name": "commerce"}), 2)
    cluster.wait_until_runs(job, 60)
    api = Api(f"http://127.0.0.1:{cluster.ports.rest}", Schemas())
    folder = os.path.join(ROOT, "docs", "images")
    os.makedirs(folder, exist_ok=True)
    with browser() as new_tab:
        tab = new_tab(api.base)
        stateful = next(one for one in picture(api, job)["vertices"] if one["operators"][0]["kind"] == "stateful")
        tab.open("jobs", job, "graph", stateful["id"])
        tab.page.wait_for_timeout(70_000)  # a minute for the chart

        def take(name):
            path = os.path.join(folder, name + ".png")
            tab.page.screenshot(path=path)
            expect(os.path.getsize(path) < 200_000, f"{path} has {os.path.getsize(path)} bytes")
            cluster.say(path)

        take("job")
        tab.open("overview")
        tab.page.wait_for_timeout(1500)
        take("overview")


SCENARIOS = {"panes": panes, "actions": actions, "output": output, "kafka": kafka, "people": people, "pictures": pictures}


if __name__ == "__main__":
    run_scenarios(__doc__, SCENARIOS)
