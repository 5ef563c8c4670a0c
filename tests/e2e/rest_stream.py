"""What the job manager pushes: the stream of pictures, and of a log."""

import json
import time
import urllib.parse
import urllib.request
import zlib

from harness import expect
from processes import Problem
from rest_api import FINISHED, NOBODY, RUNNING, submit


class Stream:
    """Reads what /ext/stream pushes."""

    def __init__(self, api, *paths, gzip=False):
        query = urllib.parse.urlencode([("path", path) for path in paths])
        headers = {**api.headers, **({"Accept-Encoding": "gzip"} if gzip else {})}
        request = urllib.request.Request(f"{api.base}/ext/stream?{query}", headers=headers)
        self.api, self.answer = api, urllib.request.urlopen(request, timeout=30, context=api.context)
        expect(self.answer.headers["Content-Type"] == "text/event-stream", "server-sent events")
        expect(self.answer.headers["Content-Encoding"] == ("gzip" if gzip else None), "compressed for those who ask for it")
        self.gunzip = zlib.decompressobj(16 + zlib.MAX_WBITS) if gzip else None
        self.received, self.buffer = 0, b""  # bytes as they came over the line, and what is not read of them
        api.seen.add(("GET", "/ext/stream"))

    def line(self):
        while b"\n" not in self.buffer:
            piece = self.answer.read1(1 << 16)
            expect(piece, "the stream has ended")
            self.received += len(piece)
            self.buffer += self.gunzip.decompress(piece) if self.gunzip else piece
        line, self.buffer = self.buffer.split(b"\n", 1)
        return line.decode()

    def next(self):
        deadline = time.monotonic() + 10  # that it is still there is said every 15 s
        while True:
            line = self.line()
            expect(time.monotonic() < deadline, "nothing was pushed for 10 s")
            if line.startswith("data: "):
                event = json.loads(line[6:])
                if event["status"] != 200:
                    expect(event["body"].keys() == {"errors"}, f"not Flink's shape of an error: {event}")
                elif not isinstance(event["body"], str):  # a log is a text
                    self.api.schemas.check("GET", event["path"], 200, "application/json", json.dumps(event["body"]))
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
    cluster.wait_until_runs(job)
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
    for bad in ("", "?" + "&".join(["path=/overview"] * 17)):
        api.ask("GET", "/ext/stream" + bad, status=400)
    # A path that cannot be watched says so, and the others go on.
    wrong = {"/nosuch": 404, "nosuch": 400, "/jobmanager/config": 400, "/taskmanagers/99/log": 404, "/ext/stream?path=/overview": 400}
    stream = Stream(api, *wrong, "/overview")
    told = [stream.next() for _ in range(len(wrong) + 1)]
    expect({event["path"]: event["status"] for event in told} == {**wrong, "/overview": 200}, f"{told}")
    stream.answer.close()


def watch_logs(api, cluster):
    """Of a log what has come since is pushed, and of what is watched nothing twice that has not changed."""
    (process, *_) = api.get("/taskmanagers")["taskmanagers"]
    paths = ["/jobmanager/log", f"/taskmanagers/{process['id']}/log", "/jobmanager/stdout"]
    stream = Stream(api, *paths, "/config", gzip=True)
    texts, seen = {path: "" for path in paths}, []

    def take():
        event = stream.next()
        seen.append(event["path"])
        if event["path"] != "/config":
            expect(event["status"] == 200 and event.get("append", False) == (event["path"] in seen[:-1]), f"{event}")
            texts[event["path"]] += event["body"]

    while set(seen) != {*paths, "/config"}:
        take()
    job = submit(cluster, "logged", FINISHED, 1)
    while job not in texts["/jobmanager/log"]:
        take()
    cluster.eventually(lambda: api.get(f"/ext/jobs/{job}")["state"] == "FINISHED", "it has ended")
    while "FINISHED" not in texts["/jobmanager/log"].split(job, 1)[1]:
        take()
    expect(seen.count("/config") == 1, f"the configuration has not changed: {seen}")
    for path in paths:
        whole = api.raw("GET", path)[2]
        expect((texts[path] or path.endswith("stdout")) and whole.startswith(texts[path]), f"{path}: pushed\n{texts[path][-500:]}\nread\n{whole[-500:]}")
    stream.answer.close()
