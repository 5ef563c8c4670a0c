#!/usr/bin/env python3
"""schemathesis, from docs/openapi.yaml, against the REST interface of a cluster with jobs.

  rest_fuzz_test.py --weir BINARY [--examples N]
"""

import os
import subprocess
import sys

from harness import expect, run_test
from rest_api import OPENAPI, RUNNING, begin, submit


def fuzz(cluster, arguments):
    api = begin(cluster)
    job = submit(cluster, "running", RUNNING, 1)
    cluster.wait_until_runs(job)
    vertex = api.get(f"/jobs/{job}")["vertices"][0]["id"]
    manager = api.get("/taskmanagers")["taskmanagers"][0]["id"]
    uid = api.get(f"/ext/jobs/{job}/state")["operators"][0]["uid"]
    # What exists, for half of the examples: else nearly all would be 404.
    config = os.path.join(cluster.directory, "schemathesis.toml")
    with open(config, "w") as f:
        f.write(f'[parameters]\n"path.jobid" = "{job}"\n"path.vertexid" = "{vertex}"\n'
                f'"path.taskmanagerid" = "{manager}"\n"path.uid" = "{uid}"\n"path.table" = "group"\n')
    tool = os.path.join(os.path.dirname(sys.executable), "schemathesis")
    # Not what ends the job, writes where it is told to, or has no end. One worker: where two threads parse Python, which
    # schemathesis does, 3.11 fails now and then ("AST constructor recursion depth mismatch").
    command = [tool, "--config-file", config, "run", OPENAPI, "--url", api.base, "--seed", str(cluster.seed),
               "--checks", "not_a_server_error,status_code_conformance,content_type_conformance,"
               "response_schema_conformance", "--exclude-path-regex",
               "(yarn-cancel|yarn-stop|/rescaling|/rescaling/{triggerid}|/stop|/savepoints|/cluster|/ext/stream)$|^/jobs$", "--exclude-method", "PATCH",
               "--max-examples", str(arguments.examples), "--workers", "1", "--phases", "examples,coverage,fuzzing",
               "--request-timeout", "30", "--max-time", "60", "--no-color"]
    done = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=cluster.directory)
    expect(done.returncode == 0, done.stdout[-6000:])
    cluster.say(done.stdout.strip().splitlines()[-1])
    api.get("/overview")


if __name__ == "__main__":
    run_test(__doc__, fuzz, examples=20)
