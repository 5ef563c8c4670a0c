"""Containers and booted machines by systemd-nspawn, each with a network address of its own: for deploy/try-deploy. Nothing of
this machine's network is touched: the bridge that joins them is in a network namespace too."""

import ctypes
import os
import shlex
import signal
import subprocess
import time
from dataclasses import dataclass, field

from processes import Problem, end_process, start_time, tail

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)


def run(*command, **options):
    done = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)
    if done.returncode != 0:
        raise Problem(f"{shlex.join(command)}\n{done.stdout.strip()}")
    return done.stdout


class Network:
    """Containers find each other by the names in one hosts file, as in a network of Docker or by services of Kubernetes."""

    def __init__(self, hosts_file):
        self.prefix = f"weir{os.getpid()}"
        self.hosts_file = hosts_file
        self.addresses = {}  # by name
        self.spaces = []
        self.hub = hub = self.space("hub")
        run("ip", "-n", hub, "link", "add", "bridge", "type", "bridge")
        run("ip", "-n", hub, "link", "set", "bridge", "up")
        run("ip", "-n", hub, "address", "add", "10.61.23.254/24", "dev", "bridge")
        self.write_hosts()

    def space(self, name):
        space = f"{self.prefix}-{name}"
        run("ip", "netns", "add", space)
        self.spaces.append(space)
        return space

    def join(self, name):
        """(path of a new network namespace, its address)"""
        number = len(self.spaces)
        space, hub, cable = self.space(str(number)), self.hub, f"port{number}"
        run("ip", "-n", hub, "link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", space)
        run("ip", "-n", hub, "link", "set", cable, "master", "bridge", "up")
        address = f"10.61.23.{number}"
        run("ip", "-n", space, "address", "add", address + "/24", "dev", "eth0")
        for device in ("lo", "eth0"):
            run("ip", "-n", space, "link", "set", device, "up")
        self.addresses[name] = address
        self.write_hosts()
        return f"/run/netns/{space}", address

    def alias(self, name, of):
        self.addresses[name] = self.addresses[of]
        self.write_hosts()

    def write_hosts(self):
        with open(self.hosts_file, "w") as f:  # in place: containers have this file, not a copy
            f.write("127.0.0.1 localhost\n" + "".join(f"{address} {name}\n" for name, address in self.addresses.items()))

    def close(self):
        for space in self.spaces:
            subprocess.run(["ip", "netns", "delete", space], stderr=subprocess.DEVNULL)


@dataclass
class Container:
    """One that is described; `start` makes it run. It may be started again after its end."""
    name: str
    root: str
    command: list  # empty: the root is booted
    log: str
    user: str = ""
    workdir: str = "/"
    environment: dict = field(default_factory=dict)
    read_only: bool = False
    unprivileged: bool = False  # no new privileges, no capabilities
    mounts: dict = field(default_factory=dict)  # {path inside: folder here}
    temporary: list = field(default_factory=list)  # paths inside
    open_files: int = 0
    network: str = ""  # path of its namespace; empty: loopback only
    hosts_file: str = ""
    process: subprocess.Popen = None
    leader: int = 0  # its first process, as this machine counts

    def start(self):
        options = ["--quiet", "--register=no", "--keep-unit", f"--machine={self.name}", f"--hostname={self.name}",
                   f"--directory={self.root}", "--timezone=off", "--resolv-conf=off"]
        options += [f"--network-namespace-path={self.network}"] if self.network else ["--private-network"]
        options += ["--read-only"] if self.read_only else []
        options += ["--no-new-privileges=yes", "--drop-capability=all"] if self.unprivileged else []
        options += [f"--rlimit=NOFILE={self.open_files}"] if self.open_files else []
        options += [f"--bind={here}:{there}" for there, here in self.mounts.items()]
        options += [f"--bind-ro={self.hosts_file}:/etc/hosts"] if self.hosts_file else []
        options += [f"--tmpfs={path}:mode=1777" for path in self.temporary]
        options += [f"--setenv={name}={value}" for name, value in self.environment.items()]
        if self.command:
            options += ["--pipe", f"--chdir={self.workdir}", f"--user={self.user.partition(':')[0]}", "--", *self.command]
        else:
            options += ["--boot", "--console=pipe"]
        with open(self.log, "ab") as log:
            # nspawn ends with us, and what it runs with it.
            self.process = subprocess.Popen(["systemd-nspawn", *options], stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=subprocess.STDOUT, start_new_session=True,
                                            preexec_fn=lambda: LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM))
        self.wait(self.find_leader, 20, "does not start")

    def find_leader(self):
        """nspawn's child, once it is what it was to become."""
        wanted = os.path.basename(self.command[0]) if self.command else "systemd"
        try:
            with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children") as f:
                for pid in f.read().split():
                    if os.path.basename(os.readlink(f"/proc/{pid}/exe")) == wanted:
                        self.leader = int(pid)
                        return True
        except OSError:
            pass
        return False

    def running(self):
        return self.process is not None and self.process.poll() is None

    def wait(self, ready, seconds, what):
        deadline = time.monotonic() + seconds
        while not ready():
            if not self.running():
                raise Problem(f"{self.name} ended with code {self.process.returncode}\n{tail(self.log)}")
            if time.monotonic() > deadline:
                raise Problem(f"{self.name} {what} within {seconds} s\n{tail(self.log)}")
            time.sleep(0.1)

    def execute(self, command, seconds=60, **options):
        """In it and as its user, as `docker exec` and `kubectl exec` do."""
        user, _, group = (self.user or "0:0").partition(":")
        path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        environment = [f"{name}={value}" for name, value in self.environment.items()]
        return subprocess.run(["nsenter", f"--target={self.leader}", "--all", "--root", f"--wd=/proc/{self.leader}/root",
                               f"--setuid={user}", f"--setgid={group}", "env", "-i", path, *environment, *command],
                              text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=seconds, **options)

    def end(self, number=signal.SIGTERM, grace_s=30):
        """The signal to its first process. What nspawn says of its end: the exit code; 255 or more where a signal ended it."""
        began = time.monotonic()
        os.kill(self.leader, number)
        try:
            code = self.process.wait(grace_s)
        except subprocess.TimeoutExpired:
            self.remove()
            raise Problem(f"{self.name} did not end within {grace_s} s of signal {number}\n{tail(self.log)}") from None
        return code, time.monotonic() - began

    def remove(self):
        """Without mercy."""
        if self.running():
            if self.leader and start_time(self.leader):
                end_process(self.leader, start_time(self.leader), signal.SIGKILL)
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
