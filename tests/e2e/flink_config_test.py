#!/usr/bin/env python3
"""A configuration as people have it for Flink starts a cluster, and what it says of jobs holds for their plans.

  flink_config_test.py --weir BINARY
"""

import json
import os
import re
import subprocess
import urllib.request

from harness import expect, run_test
from cluster import POSTGRES
from processes import free_port

# As Flink comes with it, nested and flat, and what people add.
CONFIG = """
jobmanager:
  bind-host: localhost
  rpc:
    address: localhost
    port: {rpc}
  memory:
    process:
      size: 1600m
  execution:
    failover-strategy: region
taskmanager:
  bind-host: localhost
  host: localhost
  numberOfTaskSlots: 3
  memory.process.size: 1728m
parallelism:
  default: 2
rest:
  address: localhost
  bind-address: localhost
  port: {rest}
high-availability.storageDir: file://{folder}/ha
state.backend.type: rocksdb
execution.checkpointing:
  mode: EXACTLY_ONCE
  interval: 300ms
  externalized-checkpoint-retention: RETAIN_ON_CANCELLATION
state.checkpoints.dir: file://{folder}/checkpoints
restart-strategy: fixed-delay
restart-strategy.fixed-delay.attempts: 3
io.tmp.dirs: {folder}/tmp,/nosuch
metrics.reporter.prom.port: {metrics}-{more_metrics}
env.java.opts.all: --add-exports=java.base/sun.net.util=ALL-UNNAMED
"""
COUNT = """
CREATE TABLE numbers (k INT) WITH ('connector' = 'datagen', 'rows-per-second' = '100');
CREATE TABLE nothing (k INT, c BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO nothing SELECT k, COUNT(*) FROM numbers GROUP BY k;
"""
COPIED = """
CREATE TABLE numbers (k BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '100', 'fields.k.kind' = 'sequence',
  'fields.k.start' = '1', 'fields.k.end' = '1000000');
CREATE TABLE copied (k BIGINT PRIMARY KEY NOT ENFORCED) WITH ('connector' = 'jdbc',
  'url' = 'jdbc:postgresql://127.0.0.1:{port}/weir', 'table-name' = 'copied', 'username' = 'weir', 'password' = 'weir',
  'sink.delivery-guarantee' = 'exactly-once');
{set}
INSERT INTO copied SELECT k FROM numbers;
"""


def at_the_prompt(cluster):
    """It plans before the job manager does, which knows what is configured: checkpoints, without which nothing is
    written exactly once."""
    cluster.start_service("postgres", POSTGRES, cluster.ports.postgres, ["fsync=off"])
    cluster.wait(lambda: cluster.sql_or_none("SELECT 1") is not None, 120, "postgres", "PostgreSQL")
    cluster.sql("CREATE TABLE copied (k BIGINT PRIMARY KEY)")

    def say(text):
        script = COPIED.format(port=cluster.ports.postgres, set=text)
        return subprocess.run([cluster.weir, "sql", "--jobmanager", cluster.jobmanager], input=script, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)

    done = say("")
    found = re.search(r"job (\w{32}) runs", done.stdout)
    expect(done.returncode == 0 and found, done.stdout)
    cluster.eventually(lambda: int(cluster.sql("SELECT COUNT(*) FROM copied")) > 0, "rows of a checkpoint")
    cluster.client("cancel", found.group(1))
    # Without any it is refused, with what to do.
    refused = say("SET 'execution.checkpointing.interval' = '0 s';")
    expect(refused.returncode == 1 and "this job takes none" in refused.stdout and
           "hint: SET 'execution.checkpointing.interval'" in refused.stdout, refused.stdout)


def act(cluster):
    ports = {"rpc": cluster.ports.rpc, "rest": cluster.ports.rest, "metrics": free_port()}
    config = os.path.join(cluster.directory, "config.yaml")
    with open(config, "w") as f:
        f.write(CONFIG.format(folder=cluster.directory, more_metrics=ports["metrics"] + 10, **ports))
    os.makedirs(os.path.join(cluster.directory, "tmp"))
    cluster.run("jobmanager", [cluster.weir, "jobmanager", "--config", config])
    for number in (1, 2):
        cluster.run(f"taskmanager-{number}", [cluster.weir, "taskmanager", "--config", config])
    cluster.wait_for_jobmanager()
    cluster.eventually(lambda: len(json.loads(cluster.client("taskmanager", "list", "--output", "json").stdout)) == 2,
                       "two task managers")
    with open(cluster.log_path("jobmanager")) as f:
        notes = re.findall(r"note: .*", f.read())
    expect(any("'state.backend.type' is no option of Weir" in note for note in notes), f"{notes}")
    expect(not any("did you mean" in note for note in notes), f"another option is offered: {notes}")

    def submit(name, text, *options):
        done = cluster.client("run", "-f", cluster.write_sql(name, text), "--detached", *options)
        expect(done.returncode == 0, done.stdout)
        job = re.search(r"\b[0-9a-f]{32}\b", done.stdout).group(0)
        cluster.wait_until_runs(job)
        return job

    def parallelism(job):
        return {vertex["parallelism"] for vertex in cluster.info(job)["vertices"]}

    job = submit("first.sql", COUNT)
    expect(parallelism(job) == {2}, f"parallelism.default is 2: {parallelism(job)}")
    path = cluster.wait_for_checkpoint(job)
    expect(path.startswith(os.path.join(cluster.directory, "checkpoints")), path)
    cluster.client("cancel", job)
    cluster.eventually(lambda: cluster.info(job)["state"] == "CANCELED", "canceled")
    kept = cluster.checkpoints(job)
    expect(kept, "its checkpoint is retained")
    # Begin with its state, as a script of Flink says it, and at the parallelism of such a script.
    job = submit("again.sql", f"SET 'execution.savepoint.path' = 'file://{kept[max(kept)]}';\n"
                              "SET 'table.exec.resource.default-parallelism' = '3';\n" + COUNT)
    expect(parallelism(job) == {3}, f"{parallelism(job)}")
    with urllib.request.urlopen(f"http://127.0.0.1:{ports['rest']}/jobs/{job}/checkpoints", timeout=10) as answer:
        restored = json.load(answer)["latest"]["restored"]
    expect(restored and restored["external_path"] == kept[max(kept)], f"it begins with {restored}")
    cluster.client("cancel", job)
    job = submit("flag.sql", COUNT, "--parallelism", "1")
    expect(parallelism(job) == {1}, f"the flag counts more: {parallelism(job)}")
    refused = cluster.client("run", "-f", cluster.write_sql(
        "wrong.sql", "SET 'execution.state-recovery.path' = '/nosuch/chk-1';\n" + COUNT), "--detached")
    expect(refused.returncode == 1 and "/nosuch/chk-1" in refused.stdout, f"it begins anew: {refused.stdout}")
    at_the_prompt(cluster)


if __name__ == "__main__":
    run_test(__doc__, lambda cluster, _: act(cluster))
