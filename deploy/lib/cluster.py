"""Kafka, PostgreSQL and a Weir cluster under one supervisor, in one folder: what deploy/demo shows and
what tests/e2e tests."""

import os
import re
import shlex
import subprocess
import sys
import time
from dataclasses import dataclass

from processes import PidFile, Problem, free_port, tail

ROOT = os.path.realpath(os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", ".."))
SUPERVISOR = os.path.join(ROOT, "deploy", "supervisor")
KAFKA = os.path.join(ROOT, "deploy", "services", "kafka")
POSTGRES = os.path.join(ROOT, "deploy", "services", "postgres")
COMMERCE = os.path.join(ROOT, "examples", "commerce")


@dataclass
class Ports:
    kafka: int = 9092
    postgres: int = 5432
    rpc: int = 6123
    rest: int = 8081

    @staticmethod
    def free():
        return Ports(*(free_port() for _ in range(4)))


class Cluster:
    """Nothing starts in the constructor. Everything that starts is ended by stop()."""

    def __init__(self, directory, weir, ports):
        self.directory = os.path.abspath(directory)
        self.weir = os.path.abspath(weir)
        self.ports = ports
        self.bootstrap = f"127.0.0.1:{ports.kafka}"
        self.jobmanager = f"127.0.0.1:{ports.rpc}"
        self.database = f"postgresql://weir:weir@127.0.0.1:{ports.postgres}/weir"

    # --- the supervisor ------------------------------------------------------------------------
    def supervise(self, command, *arguments, check=True):
        done = subprocess.run([SUPERVISOR, command, "--dir", self.directory, *arguments], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if check and done.returncode != 0:
            raise Problem(done.stdout.strip().removeprefix("error: "))
        return done.stdout

    def running(self):
        return self.pid("supervisor") is not None

    def pid(self, name):
        return PidFile(os.path.join(self.directory, name + ".pid")).pid()

    def log_path(self, name):
        return os.path.join(self.directory, name + ".log")

    def names(self):
        return [line.split()[0] for line in self.supervise("status").splitlines()]

    def run(self, name, command):
        """One more command under the supervisor, which starts with the first and ends when this process does."""
        spec = f"{name}={shlex.join(command)}"
        if self.running():
            self.supervise("add", "--run", spec)
        else:
            self.supervise("start", "--owner", str(os.getpid()), "--run", spec)

    def stop(self):
        if self.running():
            self.supervise("stop")

    def wait(self, ready, seconds, name, what, restarts_allowed=2):
        """Waits until `ready()`. A command that keeps ending will not become ready: then it says why."""
        deadline = time.monotonic() + seconds
        while not ready():
            words = next((line.split() for line in self.supervise("status").splitlines()
                          if line.split()[0] == name), None)
            if words and int(words[3]) > restarts_allowed:
                raise Problem(f"{what} does not start ({' '.join(words[4:])})\n{tail(self.log_path(name))}\n"
                              f"the whole log: {self.log_path(name)}")
            if time.monotonic() > deadline:
                raise Problem(f"{what} is not ready after {seconds} s\n{tail(self.log_path(name))}\n"
                              f"the whole log: {self.log_path(name)}")
            time.sleep(0.1)

    # --- services ------------------------------------------------------------------------------
    def start_services(self, postgres_settings=(), kafka_settings=()):
        self.start_service("kafka", KAFKA, self.ports.kafka, kafka_settings)
        self.start_service("postgres", POSTGRES, self.ports.postgres, postgres_settings)

    def start_service(self, name, program, port, settings):
        command = [program, "run", "--dir", os.path.join(self.directory, name + "-data"), "--port", str(port)]
        for setting in settings:
            command += ["--set", setting]
        self.run(name, command)

    def wait_for_services(self):
        self.wait(self.kafka_answers, 120, "kafka", "Kafka")
        self.wait(lambda: self.sql_or_none("SELECT 1") is not None, 120, "postgres", "PostgreSQL")

    def kafka_answers(self):
        return subprocess.run(["kcat", "-L", "-m", "2", "-b", self.bootstrap], stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL).returncode == 0

    def create_topic(self, name, partitions):
        done = subprocess.run([KAFKA, "topic", "--port", str(self.ports.kafka), "--create", name,
                               "--partitions", str(partitions)], text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        if done.returncode != 0:
            raise Problem(done.stdout.strip().removeprefix("error: "))

    def group_lag(self, group):
        """{partition: messages after the group's committed offset, None before its first commit}"""
        done = subprocess.run([KAFKA, "group", "--port", str(self.ports.kafka), "--describe", group], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        rows = re.findall(rf"^{re.escape(group)} +(\S+) +(\d+) +\S+ +\S+ +(\S+)", done.stdout, re.M)
        return {f"{topic}-{partition}": None if lag == "-" else int(lag) for topic, partition, lag in rows}

    def psql(self, *arguments, check=True):
        environment = dict(os.environ, PGCONNECT_TIMEOUT="5", PGOPTIONS="-c client_min_messages=warning")
        done = subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", self.database, *arguments],
                              env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if check and done.returncode != 0:
            raise Problem(f"PostgreSQL: {done.stderr.strip()}")
        return done

    def sql(self, text):
        """The rows, one per line, columns separated by |."""
        return self.psql("-At", "-c", text).stdout.strip()

    def sql_or_none(self, text):
        done = self.psql("-At", "-c", text, check=False)
        return done.stdout.strip() if done.returncode == 0 else None

    # --- Weir ----------------------------------------------------------------------------------
    def start_jobmanager(self, *options):
        self.run("jobmanager", [
            self.weir, "jobmanager", "--bind-address", "127.0.0.1", "--rpc-port", str(self.ports.rpc),
            "--rest-port", str(self.ports.rest), "--checkpoint-dir", self.checkpoint_dir(),
            "--ha-dir", os.path.join(self.directory, "ha"), *options])

    def start_taskmanager(self, number, slots=2, *options, jobmanager=None):
        self.run(f"taskmanager-{number}", [self.weir, "taskmanager", "--jobmanager", jobmanager or self.jobmanager,
                                           "--slots", str(slots), *options])

    def wait_for_jobmanager(self):
        self.wait(lambda: self.client("list").returncode == 0, 60, "jobmanager", "the job manager")

    def checkpoint_dir(self):
        return os.path.join(self.directory, "checkpoints")

    def client(self, command, *arguments, timeout=120):
        """A command of the client; its output (both streams) in .stdout."""
        return subprocess.run([self.weir, command, *arguments, "--jobmanager", self.jobmanager], text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=timeout)

    def submit(self, path, parallelism, *options):
        """The id of the job, which runs detached."""
        done = self.client("run", "-f", path, "--parallelism", str(parallelism), "--detached", *options)
        found = re.search(r"\b[0-9a-f]{32}\b", done.stdout)
        if done.returncode != 0 or not found:
            raise Problem(f"the job was not accepted (code {done.returncode}):\n{done.stdout.strip()}")
        return found.group(0)

    def write_sql(self, name, text):
        """A script with this cluster's addresses in place of the usual ones; its path."""
        path = os.path.join(self.directory, name)
        with open(path, "w") as f:
            f.write(self.localized(text))
        return path

    def localized(self, text):
        text = text.replace("localhost:9092", self.bootstrap)
        return text.replace("localhost:5432", f"127.0.0.1:{self.ports.postgres}")

    # --- the commerce example ------------------------------------------------------------------
    def commerce_pipeline(self, name="pipeline.sql", settings=None, replacements=()):
        """The example's SQL with this cluster's addresses, and settings in place of its own; the path of the copy."""
        with open(os.path.join(COMMERCE, "pipeline.sql")) as f:
            text = f.read()
        for key, value in (settings or {}).items():
            line = f"SET '{key}' = '{value}';"
            text, found = re.subn(rf"^SET '{re.escape(key)}' = .*;$", line, text, flags=re.M)
            if not found:
                text = line + "\n" + text
        text = self.localized(text)
        for old, new in replacements:
            if old not in text:
                raise Problem(f"pipeline.sql has no {old!r}")
            text = text.replace(old, new)
        return self.write_sql(name, text)

    def create_commerce(self, partitions=4):
        self.create_topic("financial_transactions", partitions)
        self.psql("-f", os.path.join(COMMERCE, "schema.sql"))

    def producer(self, *arguments):
        return [sys.executable, os.path.join(COMMERCE, "producer"), "--bootstrap", self.bootstrap, *arguments]

    def produce(self, *arguments):
        done = subprocess.run(self.producer(*arguments), text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        if done.returncode != 0:
            raise Problem(done.stdout.strip().removeprefix("error: "))
        return done.stdout.strip()

    def verify(self, wait_s, *options):
        """(all equal?, what the independent check prints)"""
        done = subprocess.run([sys.executable, os.path.join(COMMERCE, "verify"), "--bootstrap", self.bootstrap,
                               "--database", self.database, "--wait", str(wait_s), *options], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode == 2:
            raise Problem(done.stdout.strip().removeprefix("error: "))
        return done.returncode == 0, done.stdout.strip()
