#!/usr/bin/env python3
"""The REST interface and other people: their web pages; a token and TLS where others can reach the server; a port that is taken.

  rest_access_test.py --weir BINARY
"""

import json
import os
import socket
import ssl
import subprocess
import urllib.request

from harness import expect, run_test
from processes import Problem, free_port
from rest_api import RUNNING, Api, begin, cluster_token, submit


def access(cluster, arguments):
    api = begin(cluster)
    job = submit(cluster, "running", RUNNING, 1)
    cluster.wait_until_runs(job)
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

    cluster.eventually(answers_now, "the second job manager refuses who has no token")
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


if __name__ == "__main__":
    run_test(__doc__, access)
