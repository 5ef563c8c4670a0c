"""What the dashboard writes for what REST answers, and the topics that its tests show there."""

import json
import os
import re
import subprocess
import time

from harness import ROOT, expect


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


def vertex_of(tab):
    return tab.page.get_attribute('[data-vertex][aria-pressed="true"]', "data-vertex")


EVENTS = """
CREATE TABLE events (k STRING, written STRING, ts AS TO_TIMESTAMP(written, 'yyyy-MM-dd HH:mm:ss'),
  WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) WITH ('connector' = 'kafka', 'topic' = 'events',
  'properties.bootstrap.servers' = 'localhost:9092', 'scan.startup.mode' = 'earliest-offset', 'format' = 'json');
CREATE TABLE counts (k STRING, n BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO counts SELECT k, COUNT(*) FROM TABLE(TUMBLE(TABLE events, DESCRIPTOR(ts), INTERVAL '10' SECOND))
  GROUP BY k, window_start, window_end;
"""


def produce(cluster, topic, partition, lines):
    done = subprocess.run(["kcat", "-P", "-b", cluster.bootstrap, "-t", topic, "-p", str(partition)],
                          input="".join(line + "\n" for line in lines), text=True, capture_output=True)
    expect(done.returncode == 0, done.stderr)


def event_lines(first, number):
    return [json.dumps({"k": "a", "written": time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(first + i))}) for i in range(number)]


def start_kafka(cluster):
    cluster.start_service("kafka", os.path.join(ROOT, "deploy", "services", "kafka"), cluster.ports.kafka, [])
    cluster.wait(cluster.kafka_answers, 240, "kafka", "Kafka")
