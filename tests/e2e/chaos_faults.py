"""What happens to a cluster under test: each fault hurts, stays a while and heals itself, and says what it did."""

import glob
import os
import signal
import subprocess
import time

from harness import expect
from processes import PidFile


def children(pid):
    """The process and all that descend from it."""
    found = [pid]
    for parent in found:
        try:
            with open(f"/proc/{parent}/task/{parent}/children") as f:
                found += map(int, f.read().split())
        except OSError:
            pass
    return found


class Faults:
    """`cluster`: a ChaosCluster. Each method is a fault; names() lists those that can be had on this machine."""

    def __init__(self, cluster, random):
        self.cluster = cluster
        self.random = random
        self.deck = []

    def draw(self, names):
        """One of them; each has its turn before any comes again."""
        if not self.deck:
            self.deck = self.random.sample(names, len(names))
        return self.deck.pop()

    def names(self):
        every = [name for name in vars(Faults) if name.startswith(("kill_", "pause_", "cut_", "fill_", "fail_", "crash_", "hang_"))]
        if not self.cluster.small_disk:
            every.remove("fill_disk")
        return every

    def strike(self, name):
        said = getattr(self, name)()
        self.cluster.say(f"  {said}")
        return said

    # --- processes that end --------------------------------------------------------------------
    def kill_taskmanager(self):
        name = f"taskmanager-{self.random.randint(1, self.cluster.task_managers)}"
        self.kill(name)
        return f"kill {name}"

    def kill_all_taskmanagers(self):
        for number in range(1, self.cluster.task_managers + 1):
            self.kill(f"taskmanager-{number}")
        return "kill all task managers"

    def kill_jobmanager(self):
        self.kill("jobmanager")
        return "kill jobmanager"

    def kill_both(self):
        self.kill("jobmanager")
        self.kill("taskmanager-1")
        return "kill jobmanager and taskmanager-1"

    def kill_kafka(self):
        os.kill(self.living("kafka"), signal.SIGKILL)
        return "kill kafka"

    def kill_postgres(self):
        os.kill(self.postmaster(), signal.SIGKILL)
        return "kill postgres"

    # --- processes that stand still ------------------------------------------------------------
    def pause_taskmanager(self):
        name = f"taskmanager-{self.random.randint(1, self.cluster.task_managers)}"
        return self.pause(name, [self.living(name)], self.random.choice([1, 4, 14]))

    def pause_jobmanager(self):
        return self.pause("jobmanager", [self.living("jobmanager")], self.random.choice([1, 4, 14]))

    def pause_kafka(self):
        return self.pause("kafka", [self.living("kafka")], self.random.choice([1, 4]))

    def pause_postgres(self):
        return self.pause("postgres", children(self.postmaster()), self.random.choice([1, 4]))

    # --- links ---------------------------------------------------------------------------------
    def cut_jobmanager(self):
        return self.cut("jobmanager")

    def cut_kafka(self):
        return self.cut("kafka")

    def cut_postgres(self):
        return self.cut("postgres")

    # --- steps towards the outside -------------------------------------------------------------
    STEPS = ("file-create", "file-write", "file-sync", "file-rename", "file-renamed", "file-remove", "file-open",
             "flush", "flushed", "commit", "committed")

    def fail_step(self):
        return self.arm(self.random.choice(self.STEPS), "error")

    def crash_at_step(self):
        return self.arm(self.random.choice(self.STEPS), "crash")

    def hang_at_step(self):
        return self.arm(self.random.choice(self.STEPS), "hang " + self.random.choice(["500", "4000"]))

    def arm(self, step, what):
        """Whoever comes to the step next takes the file, which then bears its pid."""
        path = os.path.join(self.cluster.failpoints, step)
        pids = {self.cluster.pid(name): name for name in self.cluster.restarts() if self.cluster.pid(name)}
        with open(path + ".new", "w") as f:
            f.write(what)
        os.rename(path + ".new", path)
        deadline = time.monotonic() + 4
        while os.path.exists(path) and time.monotonic() < deadline:
            time.sleep(0.02)
        try:
            os.remove(path)
            return f"{what} at {step}: nobody came there"
        except FileNotFoundError:
            pass
        taken = glob.glob(path + ".*")
        expect(len(taken) == 1, f"{step} was taken {len(taken)} times")
        os.remove(taken[0])
        pid = int(taken[0].rpartition(".")[2])
        name = pids.get(pid, f"process {pid}")
        if what == "crash":
            self.cluster.kills[name] = self.cluster.kills.get(name, 0) + 1
        return f"{what} of {name} at {step}"

    # --- the disk of the checkpoints -----------------------------------------------------------
    def fill_disk(self):
        path = os.path.join(self.cluster.checkpoint_dir(), "filler")
        written = 0
        try:
            with open(path, "wb", buffering=0) as f:
                while True:
                    written += f.write(bytes(1 << 16))
        except OSError:
            pass
        time.sleep(3)
        os.remove(path)
        return f"fill the checkpoints' disk ({written >> 10} KB) for 3 s"

    # --- how -----------------------------------------------------------------------------------
    def living(self, name):
        return self.cluster.eventually(lambda: self.cluster.pid(name), 30, f"{name} runs")

    def postmaster(self):
        file = PidFile(os.path.join(self.cluster.directory, "postgres-data", "postgres.pid"))
        return self.cluster.eventually(file.pid, 60, "PostgreSQL runs")

    def kill(self, name):
        self.living(name)
        self.cluster.kill(name)

    def pause(self, name, pids, seconds):
        for pid in pids:
            signal_if_there(pid, signal.SIGSTOP)
        time.sleep(seconds)
        for pid in reversed(pids):
            signal_if_there(pid, signal.SIGCONT)
        return f"pause {name} for {seconds} s"

    def cut(self, name):
        link = self.cluster.links[name]
        before = link.cuts
        link.cut()
        seconds = self.random.choice([0.1, 1, 4])
        time.sleep(seconds)
        link.heal()
        return f"cut {link.cuts - before} connections to {name} for {seconds} s"


def signal_if_there(pid, number):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


def mount_small_disk(directory, megabytes):
    """A file system of its own at `directory`; False where this is not allowed."""
    os.makedirs(directory, exist_ok=True)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "weir-chaos", directory],
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return done.returncode == 0


def unmount(directory):
    done = subprocess.run(["umount", "-l", directory], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    expect(done.returncode == 0, f"cannot unmount {directory}: {done.stderr}")
