"""Processes that outlive the script that started them: pid files that cannot name a stranger, stopping
with a wait, and who holds a port. Linux only (/proc), standard library only."""

import fcntl
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time

# Below what Linux gives to outgoing connections: one of those could take a server's port while it is down.
FREE_PORTS = range(15000, 32000)


class Problem(Exception):
    """An error to show to a person: what is wrong and, in further lines, what to do."""


def fail(problem):
    lines = str(problem).split("\n")
    print("error: " + lines[0], file=sys.stderr)
    for line in lines[1:]:
        print("       " + line, file=sys.stderr)
    sys.exit(1)


def start_time(pid):
    """When the process began, in clock ticks since boot; None when there is no such process. A pid
    alone is not an identity: numbers are used again."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as f:
            fields = f.read().rpartition(b")")[2].split()
    except OSError:
        return None
    return None if fields[0] in (b"Z", b"X") else int(fields[19])


def command_line(pid):
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as f:
            return f.read().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        return ""


class PidFile:
    """Holds `pid start-time`. The process is the one we started only when both fit."""

    def __init__(self, path):
        self.path = path

    def write(self, pid):
        temporary = self.path + ".tmp"
        with open(temporary, "w") as f:
            f.write(f"{pid} {start_time(pid) or 0}\n")
        os.replace(temporary, self.path)

    def pid(self):
        """The pid of the living process, else None."""
        try:
            with open(self.path) as f:
                pid, started = (int(word) for word in f.read().split())
        except (OSError, ValueError):
            return None
        return pid if start_time(pid) == started else None

    def remove(self):
        try:
            os.remove(self.path)
        except FileNotFoundError:
            pass

    def stop(self, first_signal=signal.SIGTERM, grace_s=10.0):
        """Ends the process and waits until it is gone; SIGKILL after `grace_s`. True if it lived."""
        pid = self.pid()
        if pid is not None:
            end_process(pid, start_time(pid), first_signal, grace_s)
        self.remove()
        return pid is not None


def end_process(pid, started, first_signal=signal.SIGTERM, grace_s=10.0):
    for number, patience in ((first_signal, grace_s), (signal.SIGKILL, 10.0)):
        deadline = time.monotonic() + patience
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return
        while time.monotonic() < deadline:
            reap(pid)
            if start_time(pid) != started:
                return
            time.sleep(0.02)
    raise Problem(f"process {pid} does not end: {command_line(pid)}")


def reap(pid):
    """Takes the exit status if the process is our own child, which would stay a zombie otherwise."""
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        pass


def start_detached(command, log_path, **options):
    """Starts a process in a session of its own, so that a Ctrl-C at the terminal does not reach it."""
    with open(log_path, "ab") as log:
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log,
                                stderr=subprocess.STDOUT, start_new_session=True, **options)


def listening_inodes(port):
    inodes = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            with open(table) as f:
                rows = f.read().splitlines()[1:]
        except OSError:
            continue
        for row in rows:
            fields = row.split()
            if fields[3] == "0A" and int(fields[1].rpartition(":")[2], 16) == port:
                inodes.add(fields[9])
    return inodes


def port_holder(port):
    """The process that listens on the port, as text for a message; None when nobody does. Another
    user's process cannot be named without root: then the text says so."""
    inodes = listening_inodes(port)
    if not inodes:
        return None
    wanted = {f"socket:[{inode}]" for inode in inodes}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            for descriptor in os.listdir(f"/proc/{pid}/fd"):
                if os.readlink(f"/proc/{pid}/fd/{descriptor}") in wanted:
                    return f"process {pid} ({command_line(pid)[:100]})"
        except OSError:
            continue
    return "a process of another user"


def require_free_port(port, what, remedy):
    holder = port_holder(port)
    if holder is not None:
        raise Problem(f"{what} needs port {port}, which is in use by {holder}\n{remedy}")


def free_port():
    """A port that nobody listens on, for tests and for what only the process itself has to know. They are given in turn
    to all who ask, so that none is given twice before it is used."""
    path = os.path.join(tempfile.gettempdir(), f"weir-last-port-{os.getuid()}")
    # In a folder of everybody: not through a link that somebody else has put there.
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600), "r+") as last:
        fcntl.flock(last, fcntl.LOCK_EX)
        text = last.read()
        port = int(text) if text.isdigit() else FREE_PORTS.stop
        for _ in FREE_PORTS:
            port = port + 1 if port + 1 in FREE_PORTS else FREE_PORTS.start
            if can_listen(port):
                last.seek(0)
                last.truncate()
                last.write(str(port))
                return port
    raise Problem(f"none of the ports {FREE_PORTS.start} to {FREE_PORTS.stop - 1} is free")


def can_listen(port):
    with socket.socket() as s:
        try:
            s.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def require_disk(directory, megabytes, what):
    stat = os.statvfs(directory)
    free = stat.f_bavail * stat.f_frsize // (1 << 20)
    if free < megabytes:
        raise Problem(f"only {free} MB free in {directory}, {what} needs {megabytes} MB\n"
                      "free some space or name a folder on another disk with --dir")


def make_directory(path):
    try:
        os.makedirs(path, exist_ok=True)
        probe = os.path.join(path, ".writable")
        with open(probe, "w"):
            pass
        os.remove(probe)
    except OSError as error:
        raise Problem(f"cannot write to {path}: {error.strerror}\nname another folder with --dir")


def tail(path, lines=15):
    try:
        with open(path, "rb") as f:
            f.seek(0, os.SEEK_END)
            f.seek(max(0, f.tell() - 16384))
            text = f.read().decode(errors="replace").splitlines()[-lines:]
    except OSError:
        return "(no log)"
    return "\n".join("  | " + line for line in text)


def wait_until(ready, seconds, process, what, log_path):
    """Waits until `ready()`; a process that ends before that, or takes longer, is a Problem with the
    end of its log."""
    deadline = time.monotonic() + seconds
    while not ready():
        code = process.poll()
        if code is not None:
            raise Problem(f"{what} ended with code {code} while starting\n{tail(log_path)}\n"
                          f"the whole log: {log_path}")
        if time.monotonic() > deadline:
            raise Problem(f"{what} is not ready after {seconds} s\n{tail(log_path)}\n"
                          f"the whole log: {log_path}")
        time.sleep(0.05)
