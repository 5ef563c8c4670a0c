"""The REST interface as tests ask it: every answer is held against docs/openapi.yaml; and the jobs they ask about."""

import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

from harness import ROOT, expect

try:
    import jsonschema
    import yaml
except ImportError:
    sys.exit("jsonschema and yaml are missing: run deploy/install-dependencies, which makes the Python that runs this")

OPENAPI = os.path.join(ROOT, "docs", "openapi.yaml")
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


def cluster_token(cluster, path):
    done = subprocess.run([cluster.weir, "token", "create", path, "--output", "json"], text=True, capture_output=True)
    expect(done.returncode == 0, done.stderr)
    return json.loads(done.stdout)["token"]
