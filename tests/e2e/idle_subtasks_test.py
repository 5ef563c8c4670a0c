#!/usr/bin/env python3
"""A topic of one partition read by three subtasks: the two that have nothing to read hold back neither watermarks nor
the end of a bounded job.

  idle_subtasks_test.py --weir BINARY
"""

import json
import subprocess

from harness import expect, run_test

SQL = """
CREATE TABLE payments (
  user_id STRING, amount DECIMAL(10, 2), ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '1' SECOND
) WITH (
  'connector' = 'kafka', 'topic' = 'payments', 'properties.bootstrap.servers' = '{bootstrap}',
  'scan.startup.mode' = 'earliest-offset', {bounded} 'format' = 'json', 'scan.parallelism' = '3'
);
CREATE TABLE per_minute (
  window_start TIMESTAMP(3), user_id STRING, total DECIMAL(38, 2),
  PRIMARY KEY (window_start, user_id) NOT ENFORCED
) WITH (
  'connector' = 'jdbc', 'url' = 'jdbc:postgresql://127.0.0.1:{postgres}/weir', 'table-name' = 'per_minute',
  'username' = 'weir', 'password' = 'weir'
);
INSERT INTO per_minute
SELECT window_start, user_id, SUM(amount)
FROM TABLE(TUMBLE(TABLE payments, DESCRIPTOR(ts), INTERVAL '1' MINUTE))
GROUP BY window_start, window_end, user_id;
"""
FIRST = "2026-01-01 12:00:00|ann|3.00"


def produce(cluster, rows):
    done = subprocess.run(["kcat", "-P", "-b", cluster.bootstrap, "-t", "payments"], text=True,
                          input="".join(json.dumps(row) + "\n" for row in rows))
    expect(done.returncode == 0, "kcat could not produce")


def payment(amount, time):
    return {"user_id": "ann", "amount": amount, "ts": "2026-01-01 " + time}


def idle_subtasks(cluster):
    cluster.start(task_managers=2, slots=2)
    cluster.create_topic("payments", 1)
    cluster.sql("CREATE TABLE per_minute (window_start timestamp(3), user_id text, total numeric(38, 2), "
                "PRIMARY KEY (window_start, user_id))")

    def submit(name, bounded):
        sql = SQL.format(bootstrap=cluster.bootstrap, postgres=cluster.ports.postgres, bounded=bounded)
        return cluster.submit(cluster.write_sql(name, sql), 3)

    def rows():
        return cluster.sql("SELECT * FROM per_minute ORDER BY 1, 2")

    produce(cluster, [payment(1, "12:00:10"), payment(2, "12:00:20"), payment(4, "12:01:05")])
    job = submit("unbounded.sql", "")
    cluster.eventually(lambda: rows() == FIRST, "the first minute's sum while the job runs")
    source = json.loads(cluster.client("info", job, "--output", "json").stdout)["vertices"][0]
    expect(source["parallelism"] == 3, f"the source has {source['parallelism']} subtasks")
    cluster.say("watermarks advance")
    expect(cluster.client("cancel", job).returncode == 0, "cancel failed")
    cluster.eventually(lambda: "CANCELED" in cluster.client("info", job).stdout, f"{job} CANCELED")

    cluster.sql("TRUNCATE per_minute")
    job = submit("bounded.sql", "'scan.bounded.mode' = 'latest-offset',")
    cluster.eventually(lambda: "FINISHED" in cluster.client("info", job).stdout, f"{job} FINISHED")
    expect(rows() == FIRST + "\n2026-01-01 12:01:00|ann|4.00", f"at the end of input:\n{rows()}")
    cluster.say("the bounded job ends")


if __name__ == "__main__":
    run_test(__doc__, lambda cluster, _: idle_subtasks(cluster))
