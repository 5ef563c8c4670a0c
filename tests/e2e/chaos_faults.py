"""What happens to a cluster under test: each fault hurts, stays a while and heals itself, and says what it did."""

import glob
import os
import signal
import subprocess
import time
from collections import Counter

from harness import expect
from processes import PidFile


STEP_S = 8  # until somebody should have come to a step of the checkpoints, or to a commit
AT_RESTORE = ("file-open", "file-read")


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


class Deck:
    """Cards in random order; each has its turn before any comes again."""

    def __init__(self, random, cards):
        self.random = random
        self.cards = cards
        self.rest = []

    def draw(self):
        if not self.rest:
            self.rest = self.random.sample(self.cards, len(self.cards))
        return self.rest.pop()

    def put_back(self, card):
        self.rest.insert(0, card)


class Turns:
    """Steps and what happens at them, in random order; each pair has its turn before any comes again, those first whose
    step has had the fewest."""

    def __init__(self, random, pairs):
        self.random = random
        self.pairs = pairs
        self.taken = Counter()

    def draw(self):
        def turns(pair):
            return self.taken[pair], sum(self.taken[other] for other in self.pairs if other[0] == pair[0])

        fewest = min(map(turns, self.pairs))
        pair = self.random.choice([pair for pair in self.pairs if turns(pair) == fewest])
        self.taken[pair] += 1
        return pair


def struck(kind, said, step=None, hit=True):
    """What a fault did, for the ledger."""
    return {"kind": kind, "step": step, "hit": hit, "said": said}


class Faults:
    """`cluster`: a ChaosCluster. Each method whose name says so is a fault, and so is each of AT_STEPS; names() lists
    those that can be had on this machine with this workload. Every other strike or so is at a step. `before`: faults of
    earlier runs, after which the turns at steps go on."""

    AT_STEPS = {"crash_at_step": ["crash"], "fail_step": ["error"], "hang_at_step": ["hang 500", "hang 4000"]}

    def __init__(self, cluster, workload, random, chosen=None, before=()):
        self.cluster = cluster
        self.random = random
        self.uses = workload.uses
        self.pids = {}
        chosen = chosen or self.names()
        expect(set(chosen) <= set(self.names()), f"--faults takes names from {', '.join(self.names())}")
        self.kinds = Deck(random, [name for name in chosen if name not in self.AT_STEPS])
        self.steps = Turns(random, [(f"{process} {step}", kind) for process in workload.steps
                                    for step in workload.steps[process] for kind in self.AT_STEPS if kind in chosen])
        for fault in before:
            if fault["hit"] and fault["step"]:
                self.steps.taken[fault["step"], fault["kind"]] += 1

    def names(self):
        every = [name for name in vars(Faults) if name.startswith(("kill_", "pause_", "cut_", "fill_", "late_"))]
        if "kafka" not in self.uses:
            every.remove("late_commit")
        if "postgres" not in self.uses:
            every = [name for name in every if not name.endswith("_postgres")]
        if not self.cluster.small_disk:
            every.remove("fill_disk")
        return every + list(self.AT_STEPS)

    def strike(self):
        at_step = self.steps.pairs and (not self.kinds.cards or self.random.random() < 0.5)
        line = self.strike_step() if at_step else self.strike_kind()
        self.cluster.say(f"  {line['said']}")
        return line

    def strike_kind(self):
        kind = self.kinds.draw()
        said = getattr(self, kind)()
        hit = "nobody" not in said
        if not hit:
            self.kinds.put_back(kind)
        return struck(kind, said, hit=hit)

    def strike_step(self):
        at, kind = pair = self.steps.draw()
        process, step = at.split()
        name, what = self.arm(process, step, self.random.choice(self.AT_STEPS[kind]))
        if not name:
            # Another run then: between two faults there may be no checkpoint.
            return struck(kind, f"{what} of {process} at {step}: nobody came there", at, False)
        return struck(kind, f"{what} of {name} at {step}", at)

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
    def cut_taskmanager(self):
        """From the other one, whose rows it gets."""
        return self.cut(f"taskmanager-{self.random.randint(1, self.cluster.task_managers)}")

    def cut_jobmanager(self):
        return self.cut("jobmanager")

    def cut_kafka(self):
        return self.cut("kafka")

    def cut_postgres(self):
        return self.cut("postgres")

    # --- a commit that arrives late, and twice -------------------------------------------------
    def late_commit(self):
        """The broker gets it when whoever sent it has given it up, or has been replaced."""
        link = self.cluster.links["kafka"]
        link.hold()
        deadline = time.monotonic() + STEP_S
        while link.held is None and time.monotonic() < deadline:
            time.sleep(0.02)
        held = link.release()
        if not held:
            return "a late commit: nobody committed"
        replaced = self.random.choice([True, False])
        if replaced:
            self.kill_all_taskmanagers()
        seconds = self.random.choice([0.5, 2, 6])
        time.sleep(seconds)
        errors = held.deliver(2)
        return f"a commit {seconds} s late{' after its task manager' if replaced else ''}, and twice: errors {errors}"

    # --- steps towards the outside -------------------------------------------------------------
    def arm(self, process, step, what):
        """Whoever comes to the step next takes the file, which then bears its pid. (name of the process, what); without
        a name when nobody came."""
        path = os.path.join(self.cluster.failpoints, process, step)
        with open(path + ".new", "w") as f:
            f.write(what)
        os.rename(path + ".new", path)
        if process == "taskmanager" and step in AT_RESTORE:
            self.kill_taskmanager()
        deadline = time.monotonic() + STEP_S
        while os.path.exists(path) and time.monotonic() < deadline:
            self.note_pids()
            time.sleep(0.02)
        self.note_pids()
        try:
            os.remove(path)
            return None, what
        except FileNotFoundError:
            pass
        taken = glob.glob(path + ".*")
        expect(len(taken) == 1, f"{step} was taken {len(taken)} times")
        os.remove(taken[0])
        name = self.pids[int(taken[0].rpartition(".")[2])]
        if what == "crash":
            self.cluster.kills[name] = self.cluster.kills.get(name, 0) + 1
        return name, what

    def note_pids(self):
        """Whose they are; a process that has just ended is still in its file."""
        for name in self.cluster.weir_processes:
            try:
                with open(os.path.join(self.cluster.directory, name + ".pid")) as f:
                    self.pids[int(f.read().split()[0])] = name
            except (OSError, ValueError, IndexError):
                pass

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
        return self.cluster.eventually(lambda: self.cluster.pid(name), f"{name} runs")

    def postmaster(self):
        file = PidFile(os.path.join(self.cluster.directory, "postgres-data", "postgres.pid"))
        return self.cluster.eventually(file.pid, "PostgreSQL runs")

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
