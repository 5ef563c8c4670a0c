"""What compose.yaml and the Kubernetes manifests say, as containers of one image on one network with one shared folder: for
deploy/try-deploy. Refuses what it does not know in those files."""

import os
import re
import subprocess
import sys
import time

import yaml

from containers import Container, Network
from processes import Problem, tail

DEPLOY = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))


def say(text):
    print(time.strftime("%H:%M:%S ") + text, flush=True)


def expect(condition, what):
    if not condition:
        raise Problem(what)


def only(mapping, known, what):
    unknown = set(mapping) - set(known)
    expect(not unknown, f"{what} says {', '.join(sorted(unknown))}, which is not known here: teach deploy/lib/deployments.py")


def healthy(container, command):
    """A health check or an exec probe; what it printed is in the container's log, as with Docker."""
    done = container.execute(command)
    if done.returncode != 0:
        with open(container.log, "a") as log:
            log.write(f"check {command} ended with {done.returncode}: {done.stdout}{done.stderr}\n")
    return done.returncode == 0


class Containers:
    """What both have in common: one image, a network, a shared folder."""

    def __init__(self, image, directory):
        self.image, self.directory = image, directory
        os.mkdir(directory)
        self.network = Network(os.path.join(self.directory, "hosts"))
        self.shared = self.folder("shared")
        self.running = []

    def folder(self, name):
        """As a new volume of Docker, or an fsGroup of Kubernetes, has it: of the image's user."""
        path = os.path.join(self.directory, name)
        os.mkdir(path)
        os.chown(path, *(int(number) for number in self.image.user.split(":")))
        return path

    def start(self, name, arguments, **options):
        """`{ADDRESS}` stands for its address in what it is given."""
        network, address = self.network.join(name)

        def here(text):
            return text.replace("{ADDRESS}", address)

        options["environment"] = {key: here(value) for key, value in options.get("environment", {}).items()}
        container = Container(name, self.image.root, [*self.image.entrypoint, *map(here, arguments)],
                              os.path.join(self.directory, name + ".log"), user=self.image.user, workdir=self.image.workdir,
                              network=network, hosts_file=self.network.hosts_file, **options)
        container.start()
        self.running.append(container)
        say(f"{name} runs at {address}: {' '.join(container.command)}")
        return container

    def close(self):
        for container in self.running:
            if sys.exc_info()[0] and not container.running():
                say(f"{container.name} has ended:\n{tail(container.log)}")
            container.remove()
        self.network.close()


class Compose(Containers):
    """Services of compose.yaml that have no profile."""

    def __init__(self, image, directory):
        super().__init__(image, directory)
        with open(os.path.join(DEPLOY, "compose.yaml")) as f:
            services = yaml.safe_load(f)["services"]
        self.services = {name: service for name, service in services.items() if "profiles" not in service}

    def up(self, name):
        """As many of the service as it says."""
        service = self.services[name]
        count = service.get("deploy", {}).get("replicas", 1)
        names = [f"{name}-{i}" for i in range(1, count + 1)] if count > 1 else [name]
        return [self.start(name, service["command"], **self.options(name, service)) for name in names]

    def options(self, name, service):
        only(service, ["image", "build", "restart", "stop_grace_period", "read_only", "cap_drop", "security_opt", "tmpfs",
                       "ulimits", "command", "volumes", "ports", "mem_limit", "healthcheck", "deploy"], f"compose.yaml's {name}")
        expect(service["restart"] != "no" and service["cap_drop"] == ["ALL"] and
               service["security_opt"] == ["no-new-privileges:true"], f"{name} is not as it is started here")
        mounts = {}
        for volume in service["volumes"]:
            volume, _, path = volume.rpartition(":")
            mounts[path] = self.shared if volume else self.folder(name + path.replace("/", "-"))
        return dict(read_only=service["read_only"], unprivileged=True, temporary=service["tmpfs"], mounts=mounts,
                    open_files=service["ulimits"]["nofile"])

    def healthcheck(self, name):
        """Its own, else the image's."""
        test = self.services[name].get("healthcheck", {}).get("test", ["CMD", *self.image.healthcheck])
        expect(test[0] == "CMD", f"{name}: a healthcheck that is no CMD")
        return test[1:]


class Pods(Containers):
    """Deployments of the manifests, without a scheduler: pods are started and ended when we say so."""

    def __init__(self, image, directory):
        super().__init__(image, directory)
        manifests = []
        with open(os.path.join(DEPLOY, "kubernetes", "kustomization.yaml")) as f:
            for name in yaml.safe_load(f)["resources"]:
                with open(os.path.join(DEPLOY, "kubernetes", name)) as manifest:
                    manifests += list(yaml.safe_load_all(manifest))
        self.deployments = {m["metadata"]["name"]: m["spec"] for m in manifests if m["kind"] == "Deployment"}
        self.services = [m for m in manifests if m["kind"] == "Service"]
        self.count = 0

    def pod(self, deployment):
        """(container, its description in the manifest)"""
        template = self.deployments[deployment]["template"]
        pod = template["spec"]
        [described] = pod["containers"]
        only(pod, ["automountServiceAccountToken", "enableServiceLinks", "securityContext", "terminationGracePeriodSeconds",
                   "topologySpreadConstraints", "containers", "volumes"], deployment)
        only(described, ["name", "image", "args", "env", "ports", "startupProbe", "readinessProbe", "livenessProbe", "lifecycle",
                         "resources", "securityContext", "volumeMounts"], f"{deployment}'s container")
        security = {**pod["securityContext"], **described["securityContext"]}
        expect(security["runAsNonRoot"] and f"{security['runAsUser']}:{security['runAsGroup']}" == self.image.user and
               not security["allowPrivilegeEscalation"] and security["capabilities"] == {"drop": ["ALL"]},
               f"{deployment} is not as it is started here")
        self.count += 1
        name = f"{deployment}-{self.count}"
        volumes = {volume["name"]: volume for volume in pod["volumes"]}
        mounts = {}
        for mount in described["volumeMounts"]:
            shared = "persistentVolumeClaim" in volumes[mount["name"]]
            mounts[mount["mountPath"]] = self.shared if shared else self.folder(f"{name}-{mount['name']}")
        environment = {}
        for variable in described.get("env", []):
            expect(variable["valueFrom"] == {"fieldRef": {"fieldPath": "status.podIP"}}, f"{variable} is not known here")
            environment[variable["name"]] = "{ADDRESS}"
        arguments = [re.sub(r"\$\((\w+)\)", lambda match: environment[match[1]], argument) for argument in described["args"]]
        container = self.start(name, arguments, environment=environment, read_only=security["readOnlyRootFilesystem"],
                               unprivileged=True, mounts=mounts)
        labels = template["metadata"]["labels"]
        for service in self.services:
            if service["spec"]["selector"].items() <= labels.items():
                self.network.alias(service["metadata"]["name"], name)
        return container, described

    def probe(self, container, described, kind):
        probe = described[kind]
        if "exec" in probe:
            return healthy(container, probe["exec"]["command"])
        [port] = [p["containerPort"] for p in described["ports"] if p["name"] == probe["tcpSocket"]["port"]]
        address = self.network.addresses[container.name]  # from outside, as the kubelet does
        return subprocess.run(["ip", "netns", "exec", self.network.hub, "bash", "-c", f": </dev/tcp/{address}/{port}"],
                              stderr=subprocess.DEVNULL).returncode == 0
