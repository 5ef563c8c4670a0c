"""Carries out a Dockerfile without a container daemon: each step in a bare root, with systemd-nspawn. Knows the instructions
that ours has, and refuses others rather than pass over them."""

import json
import os
import re
import shlex
import shutil
import subprocess
from dataclasses import dataclass, field

from processes import Problem, tail

BASE_IMAGES = ("debian:bookworm", "debian:bookworm-slim")


@dataclass
class Image:
    """A root and what the Dockerfile says about processes in it."""
    root: str
    user: str = "0:0"
    workdir: str = "/"
    environment: dict = field(default_factory=dict)
    entrypoint: list = field(default_factory=list)
    command: list = field(default_factory=list)
    healthcheck: list = field(default_factory=list)


def instructions(text):
    """[(INSTRUCTION, arguments)], continued lines joined."""
    lines = [line for line in text.splitlines() if not re.match(r"\s*#", line)]
    joined = re.sub(r"\\\n", " ", "\n".join(lines))
    return [(word.upper(), rest.strip()) for word, _, rest in
            (line.strip().partition(" ") for line in joined.splitlines() if line.strip())]


def options(arguments):
    """The leading --name=value words, and the rest as it stands."""
    found = {}
    while match := re.match(r"--([a-z-]+)=(\S+)\s+", arguments):
        found[match[1]] = match[2]
        arguments = arguments[match.end():]
    return found, arguments


class Build:
    """`base`: a bare root to begin each stage with. `ready`: stages that are not carried out, as {name: root}. `caches`: a
    folder for RUN --mount=type=cache, which keeps them by their target's name. `log`: a file for what the steps print."""

    def __init__(self, context, base, directory, environment, caches, ready, log, say):
        self.context, self.base, self.directory = context, base, directory
        self.environment, self.caches, self.log, self.say = environment, caches, log, say
        self.stages = dict(ready)
        self.image = None

    def run(self, dockerfile):
        """The last stage's image."""
        with open(dockerfile) as f:
            steps = instructions(f.read())
        skipped = False
        for instruction, arguments in steps:
            if instruction == "FROM":
                skipped = self.begin(*re.fullmatch(r"(\S+)(?: AS (\S+))?", arguments).groups())
            elif skipped:
                continue
            else:
                step = getattr(self, "do_" + instruction.lower(), None)
                if step is None:
                    raise Problem(f"{instruction} is not known here: teach deploy/lib/dockerfile.py")
                self.say(f"{instruction} {' '.join(arguments.split())[:100]}")
                step(arguments)
        return self.image

    def begin(self, source, name):
        if name in self.stages:
            return True
        if source not in BASE_IMAGES:
            raise Problem(f"FROM {source}: a bare root stands for {' and '.join(BASE_IMAGES)} only")
        root = os.path.join(self.directory, "image" if name is None else "stage-" + name)
        self.say(f"FROM {source}: {root}")
        subprocess.run(["cp", "-a", self.base, root], check=True)
        self.image = Image(root)
        if name:
            self.stages[name] = root
        return False

    def do_run(self, arguments):
        found, command = options(arguments)
        binds = []
        if mount := found.pop("mount", None):
            settings = dict(item.split("=", 1) for item in mount.split(","))
            if settings.pop("type") != "cache" or set(settings) != {"target"}:
                raise Problem(f"RUN --mount={mount}: only caches with a target are known here")
            cache = os.path.join(self.caches, os.path.basename(settings["target"]))
            os.makedirs(cache, exist_ok=True)
            binds.append(f"--bind={cache}:{settings['target']}")
        environment = {**self.environment, **self.image.environment}
        with open(self.log, "ab") as log:
            step = subprocess.Popen(["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--pipe", "--as-pid2",
                                     "--resolv-conf=off", "--timezone=off", f"--directory={self.image.root}",
                                     f"--chdir={self.image.workdir}", *binds,
                                     *(f"--setenv={name}={value}" for name, value in environment.items()),
                                     "/bin/sh", "-c", command], stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
            try:
                code = step.wait()
            except BaseException:
                step.terminate()  # killed, nspawn would leave behind what it runs
                step.wait()
                raise
        if code != 0:
            raise Problem(f"RUN {command}\nended with code {code}\n{tail(self.log, 30)}")

    def do_copy(self, arguments):
        found, rest = options(arguments)
        *sources, target = shlex.split(rest)
        origin = self.stages[found["from"]] if "from" in found else self.context
        inside = os.path.join(self.image.workdir, target)
        destination = self.image.root + inside
        for source in sources:
            path = os.path.join(origin, source.lstrip("/"))
            if os.path.isdir(path):
                shutil.copytree(path, destination, symlinks=True, dirs_exist_ok=True)
            elif target.endswith("/"):
                os.makedirs(destination, exist_ok=True)
                shutil.copy2(path, destination)
            else:
                os.makedirs(os.path.dirname(destination), exist_ok=True)
                shutil.copy2(path, destination)

    def do_workdir(self, arguments):
        self.image.workdir = os.path.join(self.image.workdir, arguments)
        os.makedirs(self.image.root + self.image.workdir, exist_ok=True)

    def do_env(self, arguments):
        self.image.environment.update(word.split("=", 1) for word in shlex.split(arguments))

    def do_user(self, arguments):
        self.image.user = arguments

    def do_expose(self, arguments):
        """Says something to people only."""

    def do_healthcheck(self, arguments):
        _, command = options(arguments)
        self.image.healthcheck = json.loads(command.removeprefix("CMD"))

    def do_entrypoint(self, arguments):
        self.image.entrypoint = json.loads(arguments)

    def do_cmd(self, arguments):
        self.image.command = json.loads(arguments)
