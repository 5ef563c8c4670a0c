"""A cluster under test whose Kafka is three brokers, and a controller that nothing happens to."""

import json
import os
import signal
import subprocess
import threading

from harness import TestCluster, expect
from processes import Problem, free_port
from cluster import KAFKA, POSTGRES

CLUSTER_ID = "weirWithThreeBrokers00"
BROKERS = (1, 2, 3)
# Everything is on all brokers; partitions begin with different leaders.
REPLICAS = ("1:2:3", "2:3:1", "3:1:2")
SETTINGS = {
    "default.replication.factor": 3, "min.insync.replicas": 2,
    "offsets.topic.replication.factor": 3, "offsets.topic.num.partitions": 4,
    "transaction.state.log.replication.factor": 3, "transaction.state.log.min.isr": 2,
    "transaction.state.log.num.partitions": 4,
    # Soon known to be gone, on a machine that is busy.
    "replica.lag.time.max.ms": 4000, "broker.session.timeout.ms": 4000, "broker.heartbeat.interval.ms": 500,
}


class ThreeBrokers(TestCluster):
    def __init__(self, weir, seed):
        super().__init__(weir, seed)
        self.ending = threading.Event()
        self.controller_port = free_port()
        self.broker_ports = {number: free_port() for number in BROKERS}
        self.bootstrap = ",".join(f"127.0.0.1:{port}" for port in self.broker_ports.values())

    def start_services(self, postgres_settings=(), kafka_settings=()):
        self.start_service("postgres", POSTGRES, self.ports.postgres, postgres_settings)
        self.run("controller", self.node(100, self.controller_port, {
            "process.roles": "controller", "listeners": f"CONTROLLER://127.0.0.1:{self.controller_port}",
            "advertised.listeners": ""}))
        for number, port in self.broker_ports.items():
            at = f"PLAINTEXT://127.0.0.1:{port}"
            self.run(f"broker-{number}", self.node(number, port, {
                "process.roles": "broker", "listeners": at, "advertised.listeners": at}))

    def node(self, number, port, settings):
        voters = f"100@127.0.0.1:{self.controller_port}"
        settings = {**SETTINGS, "node.id": number, "controller.quorum.voters": voters, **settings}
        command = [KAFKA, "run", "--dir", os.path.join(self.directory, f"kafka-{number}"), "--port", str(port),
                   "--cluster-id", CLUSTER_ID]
        for key, value in settings.items():
            command += ["--set", f"{key}={value}"]
        return command

    def wait_for_services(self):
        self.wait(self.kafka_answers, 180, "broker-1", "Kafka")
        super().wait_for_services()

    def kafka_answers(self):
        return len(self.metadata().get("brokers", [])) == len(BROKERS)

    def metadata(self, servers=None):
        done = subprocess.run(["kcat", "-L", "-J", "-m", "5", "-b", servers or self.bootstrap], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True)
        return json.loads(done.stdout) if done.returncode == 0 else {}

    def partitions(self, topic):
        return [one for found in self.metadata().get("topics", []) if found["topic"] == topic
                for one in found["partitions"]]

    def wait_until_in_sync(self, seconds=90):
        """Until all brokers run and every partition is on all of them."""
        for number, port in self.broker_ports.items():
            # Others may not have missed it yet: it has to answer itself.
            self.eventually(lambda: self.metadata(f"127.0.0.1:{port}"), f"broker {number} answers", seconds)

        def in_sync():
            topics = self.metadata().get("topics", [])
            return topics and all(len(one["isrs"]) == len(BROKERS) for topic in topics for one in topic["partitions"])
        self.eventually(in_sync, "all partitions are on all brokers", seconds)

    def create_topic(self, name, partitions, *settings):
        replicas = ",".join(REPLICAS[p % len(REPLICAS)] for p in range(partitions))
        words = [word for setting in settings for word in ("--set", setting)]
        done = subprocess.run([KAFKA, "topic", "--port", str(self.broker_ports[1]), "--create", name, "--replicas",
                               replicas, *words], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode != 0:
            raise Problem(done.stdout.strip().removeprefix("error: "))

    def kill_broker(self, number):
        """SIGKILL; it stays dead until it is resumed."""
        self.supervise("halt", f"broker-{number}", "--kill")
        self.say(f"killed broker {number}")

    def resume_broker(self, number):
        self.supervise("resume", f"broker-{number}")
        self.say(f"broker {number} starts again")

    def signal_broker(self, number, which):
        pid = self.pid(f"broker-{number}")
        expect(pid is not None, f"broker {number} does not run")
        os.kill(pid, which)

    def freeze_broker(self, number):
        self.signal_broker(number, signal.SIGSTOP)
        self.say(f"broker {number} stands still")

    def wake_broker(self, number):
        self.signal_broker(number, signal.SIGCONT)
        self.say(f"broker {number} wakes")

    def stop(self):
        self.ending.set()
        if self.running():
            # They would wait for each other to end in good order.
            for number in BROKERS:
                self.supervise("halt", f"broker-{number}", "--kill", check=False)
        super().stop()
