"""What the files below deploy/ say: how each starts the service, with which environment and files, and as whom."""

from __future__ import annotations

import itertools
import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
OVERLAYS = ("simple", "forge", "keda")


@dataclass(frozen=True)
class Start:
    """One way of starting the service. Seconds: `grace` from SIGTERM to the end of requests, `patience` to SIGKILL."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    files: Mapping[str, str] = field(default_factory=dict)
    """Paths that are mounted, and what they hold: keys, certificate or key."""
    health: tuple[str, ...] = ()
    """The command that asks for its health."""
    probes: tuple[str, ...] = ()
    """Paths that are asked for over the network."""
    patience: float = 0

    @property
    def port(self) -> int:
        """Where it listens."""
        names = ("XPRESS_SERVICE_PORT", "SERVER_PORT", "PORT")
        return int(next(filter(None, map(self.environment.get, names)), "8040"))

    @property
    def grace(self) -> float:
        """What --grace is."""
        return float(self.environment.get("XPRESS_SERVICE_GRACE", "30"))

    @property
    def tls(self) -> bool:
        """Whether it speaks HTTPS."""
        return bool(self.environment.get("XPRESS_SERVICE_TLS_CERT") or self.environment.get("XPRESS_TLS"))


@dataclass(frozen=True)
class Stage:
    """The last words of a stage of the Dockerfile, with those of the stages that it is made from."""

    environment: Mapping[str, str]
    entrypoint: tuple[str, ...]
    command: tuple[str, ...]
    user: str
    port: int
    health: tuple[str, ...]


@cache
def stages() -> dict[str, Stage]:
    """The stages of the Dockerfile by name."""
    found: dict[str, Stage] = {}
    name, stage = "", Stage({}, (), (), "", 0, ())
    for word, rest in instructions():
        match word:
            case "FROM":
                parent, _, name = rest.partition(" AS ")
                stage = found.get(parent, Stage({}, (), (), "", 0, ()))
            case "ENV":
                pairs = dict(pair.partition("=")[::2] for pair in shlex.split(rest))
                stage = replace(stage, environment={**stage.environment, **pairs})
            case "ENTRYPOINT":
                stage = replace(stage, entrypoint=tuple(json.loads(rest)))
            case "CMD":
                stage = replace(stage, command=tuple(json.loads(rest)))
            case "USER":
                stage = replace(stage, user=rest)
            case "EXPOSE":
                stage = replace(stage, port=int(rest))
            case "HEALTHCHECK":
                stage = replace(stage, health=tuple(json.loads(rest[rest.index("CMD") + 3 :])))
        if name:
            found[name] = stage
    return found


def instructions() -> Iterator[tuple[str, str]]:
    """Each instruction of the Dockerfile: its word, and the rest."""
    text = re.sub(r"^\s*#.*\n", "", (DEPLOY / "Dockerfile").read_text("utf-8"), flags=re.MULTILINE)
    for line in re.sub(r"\\\n\s*", " ", text).splitlines():
        if line.strip():
            word, _, rest = line.strip().partition(" ")
            yield word, re.sub(r"^((?:--\S+ )*)\s+", r"\1", rest).strip()


def starts() -> Iterator[Start]:
    """Every way."""
    yield _docker_run()
    yield _compose()
    if shutil.which("kubectl"):
        for overlay in ("simple", "forge"):  # keda starts what simple starts
            yield _kubernetes(overlay)
    yield _aws()
    yield _forge()
    yield _systemd()


def _image(
    name: str,
    environment: Mapping[str, str],
    command: tuple[str, ...] = (),
    *,
    stage: str = "service",
    **rest: Any,
) -> Start:
    image = stages()[stage]
    return Start(name, command or image.entrypoint + image.command, {**image.environment, **environment}, **rest)


def readme_blocks() -> list[str]:
    """The commands of the README, each on one line."""
    text = (DEPLOY / "README.md").read_text("utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.replace("\\\n", " ").splitlines() if line.strip()]


def _docker_run() -> Start:
    """The `docker run` of the README."""
    line = next(line for line in readme_blocks() if line.startswith("docker run --detach"))
    words = shlex.split(line)
    given = list(itertools.pairwise(words))
    environment = dict(word.partition("=")[::2] for flag, word in given if flag == "--env")
    mounted = [word.split(":")[1] for flag, word in given if flag == "--volume"]
    return _image(
        "docker run",
        environment,
        files=dict.fromkeys(mounted, "keys"),
        health=stages()["service"].health,
        patience=float(dict(given)["--stop-timeout"]),
    )


def compose() -> Any:
    """The service in compose.yaml, and the whole file."""
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))


def _compose() -> Start:
    service = compose()["services"]["render"]
    return _image(
        "compose",
        service["environment"],
        files={f"/run/secrets/{name}": "keys" for name in service["secrets"]},
        health=tuple(service["healthcheck"]["test"][1:]),
        patience=_seconds(service["stop_grace_period"]),
    )


@cache
def kubernetes(folder: str) -> list[Any]:
    """The objects that kustomize makes of a folder below deploy/kubernetes."""
    command = ["kubectl", "kustomize", str(DEPLOY / "kubernetes" / folder)]
    built = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return list(yaml.safe_load_all(built))


def pod(folder: str) -> Any:
    """What the Deployment says of a pod."""
    return next(each for each in kubernetes(folder) if each["kind"] == "Deployment")["spec"]["template"]["spec"]


def _kubernetes(overlay: str) -> Start:
    spec = pod(f"overlays/{overlay}")
    container = spec["containers"][0]
    secrets = {volume["name"] for volume in spec["volumes"] if "secret" in volume}
    files: dict[str, str] = {}
    for mount in container["volumeMounts"]:
        if mount["name"] in secrets:
            names = {"keys": ["keys"], "tls": ["tls.crt", "tls.key"]}[mount["name"]]
            files |= {
                f"{mount['mountPath']}/{name}": {"tls.crt": "certificate", "tls.key": "key"}.get(name, name)
                for name in names
            }
    probes = tuple(container[f"{kind}Probe"]["httpGet"]["path"] for kind in ("startup", "readiness", "liveness"))
    return _image(
        f"kubernetes {overlay}",
        {entry["name"]: entry["value"] for entry in container["env"]},
        files=files,
        probes=probes,
        patience=spec["terminationGracePeriodSeconds"] - container["lifecycle"]["preStop"]["sleep"]["seconds"],
    )


class _CloudFormation(yaml.SafeLoader):
    """Reads short forms such as !Ref X as {"!Ref": "X"}."""


def _short_form(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> Any:
    match node:
        case yaml.ScalarNode():
            value: Any = loader.construct_scalar(node)
        case yaml.SequenceNode():
            value = loader.construct_sequence(node, deep=True)
        case _:
            value = loader.construct_mapping(node, deep=True)  # type: ignore[arg-type]
    return {f"!{suffix}": value}


_CloudFormation.add_multi_constructor("!", _short_form)


def cloud_formation(name: str) -> Any:
    """A template below deploy/aws."""
    return yaml.load((DEPLOY / "aws" / name).read_text("utf-8"), _CloudFormation)  # a subclass of SafeLoader


def aws_container() -> Any:
    """The container of the ECS task."""
    return cloud_formation("service.yaml")["Resources"]["Task"]["Properties"]["ContainerDefinitions"][0]


def _aws() -> Start:
    """With the parameters that a stack has whose callers hold keys."""
    container = aws_container()
    given = {"Keys": "@keys", "ForgeApps": "", "ForgeKeys": ""}
    environment = {
        entry["Name"]: given[entry["Value"]["!Ref"]] if isinstance(entry["Value"], dict) else entry["Value"]
        for entry in container["Environment"]
    }
    targets = cloud_formation("service.yaml")["Resources"]["Targets"]["Properties"]
    return _image(
        "aws",
        environment,
        tuple(container["EntryPoint"] + container["Command"]),
        health=tuple(container["HealthCheck"]["Command"][1:]),
        probes=(targets["HealthCheckPath"],),
        patience=container["StopTimeout"],
    )


def forge() -> Any:
    """The fragment of a Forge manifest."""
    return yaml.safe_load((DEPLOY / "forge-container" / "manifest.fragment.yml").read_text("utf-8"))


def _forge() -> Start:
    """As Forge starts it: it gives a port, and the address of a proxy that isn't used."""
    container = forge()["services"][0]["containers"][0]
    return _image(
        "forge container",
        {"SERVER_PORT": "7071", "FORGE_EGRESS_PROXY_URL": "http://127.0.0.1:7072"},
        stage="forge-container",
        probes=(container["health"]["route"]["path"],),
        patience=300,
    )


def unit() -> dict[str, list[str]]:
    """What the systemd unit sets, by name."""
    found: dict[str, list[str]] = {}
    for line in (DEPLOY / "systemd" / "xpress-render.service").read_text("utf-8").splitlines():
        name, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found.setdefault(name, []).append(value)
    return found


def _systemd() -> Start:
    settings = unit()
    environment = dict(pair.partition("=")[::2] for line in settings["Environment"] for pair in line.split())
    command = tuple(settings["ExecStart"][0].replace("/opt/xpress/bin/", "/usr/local/bin/").split())
    return Start(
        "systemd",
        command,
        {"PATH": "/usr/local/bin", **environment},
        files={environment["XPRESS_SERVICE_KEYS"]: "keys"},
        patience=float(settings["TimeoutStopSec"][0]),
    )


def _seconds(text: str) -> float:
    return float(text.removesuffix("s"))
