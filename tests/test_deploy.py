"""The files below deploy/: linted, checked against schemas, in agreement, and each start command as it is written."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from tests import deploy_box as box
from tests import deploy_files as files
from tests.deploy_files import DEPLOY, ROOT, Start

slow = pytest.mark.slow

SERVICE_PORT = 8040
STARTS = {start.name: start for start in files.starts()}
KUBERNETES = pytest.mark.skipif(not shutil.which("kubectl"), reason="kubectl is not installed")
REGIONS = ("us-east-1", "eu-central-1")
FORGE_APP = "ari:cloud:ecosystem::app/00000000-0000-4000-8000-000000000000"
SCRIPTS = (
    "Latin Ελλάδα Россия שלום مرحبا नमस्ते বাংলা ગુજરાતી ਪੰਜਾਬੀ ಕನ್ನಡ മലയാളം ଓଡ଼ିଆ සිංහල தமிழ் తెలుగు "
    "ไทย ລາວ ភាសា မြန်မာ ქართული Հայերեն አማርኛ 日本語 한국어 中文 🚀"
)


def tool(name: str) -> str:
    """A program of the virtual environment, or of the system."""
    beside = Path(sys.executable).with_name(name)
    found = str(beside) if beside.exists() else shutil.which(name)
    if not found:
        pytest.skip(f"{name} is not installed")
    return str(found)


def check(*command: str, **options: Any) -> str:
    """Runs a program and gives what it says; fails with that if it isn't content."""
    ran = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return str(ran.stdout)


# Linters and schemas.


@slow
def test_dockerfile_has_no_findings() -> None:
    check(tool("hadolint"), str(DEPLOY / "Dockerfile"))


@slow
@pytest.mark.parametrize("more", [(), ("compose.publish.yaml",)])
def test_compose_file_keeps_to_its_specification(more: tuple[str, ...]) -> None:
    options = [word for name in ("compose.yaml", *more) for word in ("--file", str(DEPLOY / name))]
    check(tool("docker-compose"), *options, "config", "--quiet")


@slow
@KUBERNETES
@pytest.mark.parametrize("folder", ["base", *(f"overlays/{name}" for name in files.OVERLAYS)])
def test_kubernetes_objects_keep_to_their_schemas(folder: str) -> None:
    validate = pytest.importorskip("kubernetes_validate", reason="kubernetes-validate is not installed")
    unknown = set()
    secrets = yaml.safe_load_all((DEPLOY / "kubernetes/secrets.example.yaml").read_text("utf-8"))
    for entry in [*files.kubernetes(folder), *secrets]:
        for version in ("1.31", "1.37"):
            try:
                validate.validate(entry, version, strict=True)
            except validate.SchemaNotFoundError:
                unknown.add(entry["kind"])
    assert unknown <= {"PodMonitor", "ScaledObject"}, "kinds that operators bring along"


@slow
@pytest.mark.parametrize("name", ["network.yaml", "service.yaml"])
def test_cloud_formation_has_no_findings(name: str) -> None:
    lint = tool("cfn-lint")
    check(lint, "--include-checks", "I", "--regions", *REGIONS, "--template", str(DEPLOY / "aws" / name))


@slow
def test_unit_is_understood_and_closed(tmp_path: Path) -> None:
    analyze = tool("systemd-analyze")
    unit = tmp_path / "xpress-render.service"
    text = (DEPLOY / "systemd/xpress-render.service").read_text("utf-8")
    unit.write_text(text.replace("/opt/xpress/bin/xpress", shutil.which("true") or "/bin/true"), "utf-8")
    said = subprocess.run([analyze, "verify", str(unit)], capture_output=True, text=True, check=False)
    assert not [line for line in said.stderr.splitlines() if "xpress" in line]
    check(analyze, "security", "--offline=true", "--threshold=15", str(unit))  # 1.5 of 10


@slow
def test_forge_takes_the_fragment(forge_tools: Path, tmp_path: Path) -> None:
    manifest = files.forge()
    manifest["app"] = {"id": FORGE_APP, "runtime": {"name": "nodejs22.x"}}
    manifest["permissions"] = {"scopes": []}
    manifest["modules"] |= {
        "function": [{"key": "main", "handler": "index.main"}],
        "scheduledTrigger": [{"key": "daily", "function": "main", "interval": "day"}],
    }
    (tmp_path / "manifest.yml").write_text(yaml.safe_dump(manifest), "utf-8")
    (tmp_path / "src").mkdir()
    (tmp_path / "src/index.js").write_text("export const main = () => {};\n", "utf-8")
    script = (
        "const { ProcessorBuilder, ValidationTypes } = require('@forge/manifest');"
        "ProcessorBuilder.instance().withValidation(ValidationTypes.FULL).build().process().then((r) => {"
        "  for (const e of r.errors ?? []) console.log(e.level, e.line, e.reference, e.message);"
        "  process.exit(r.success ? 0 : 1); });"
    )
    modules = {**os.environ, "NODE_PATH": str(forge_tools / "node_modules")}
    check("node", "-e", script, cwd=tmp_path, env=modules)


@pytest.fixture
def forge_tools() -> Path:
    """Atlassian's validator, fetched once by npm into .cache."""
    if not (shutil.which("npm") and shutil.which("node")):
        pytest.skip("npm is not installed")
    folder = ROOT / ".cache" / "forge"
    if not (folder / "node_modules" / "@forge" / "manifest").is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text('{"private": true}', "utf-8")
        wanted = ("@forge/manifest@13.7.0", "tslib@2.8.1")  # the second is missing among what the first declares
        options = ("--ignore-scripts", "--no-audit", "--no-fund", "--silent")
        ran = subprocess.run(["npm", "install", *options, *wanted], cwd=folder, capture_output=True, check=False)
        if ran.returncode:
            pytest.skip("npm can't fetch @forge/manifest")
    return folder


# Agreement.


def everything() -> Iterator[tuple[str, str]]:
    """Every file below deploy/, with its text."""
    for path in sorted(DEPLOY.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            yield str(path.relative_to(DEPLOY)), path.read_text("utf-8")


@pytest.mark.slow
def test_every_option_that_a_file_names_exists() -> None:
    if reason := box.command_missing():
        pytest.skip(reason)
    options = set(re.findall(r"--([a-z-]+)", box.service_help()))
    for name, text in everything():
        for prefix in ("XPRESS_SERVICE_", "XPRESS_FILE_"):
            named = {found.lower().replace("_", "-") for found in re.findall(rf"{prefix}([A-Z_]+[A-Z])", text)}
            assert named <= options, name


@pytest.mark.parametrize("start", STARTS.values(), ids=STARTS)
def test_time_to_finish_ends_before_the_platform_kills(start: Start) -> None:
    assert start.grace + 5 <= start.patience


def test_all_listen_on_one_port() -> None:
    listening = {name: start.port for name, start in STARTS.items() if "SERVER_PORT" not in start.environment}
    assert set(listening.values()) == {SERVICE_PORT}
    assert {stage.port for stage in files.stages().values() if stage.port} == {SERVICE_PORT}
    service = files.cloud_formation("service.yaml")["Resources"]
    assert service["Targets"]["Properties"]["Port"] == SERVICE_PORT
    assert service["Service"]["Properties"]["LoadBalancers"][0]["ContainerPort"] == SERVICE_PORT
    assert files.aws_container()["PortMappings"][0]["ContainerPort"] == SERVICE_PORT
    published = yaml.safe_load((DEPLOY / "compose.publish.yaml").read_text("utf-8"))["services"]["render"]["ports"]
    assert published == [f"127.0.0.1:{SERVICE_PORT}:{SERVICE_PORT}"]


def test_all_run_as_the_same_nobody_who_can_write_nowhere() -> None:
    service = files.compose()["services"]["render"]
    container = files.aws_container()
    users = {stage.user for name, stage in files.stages().items() if name != "build"}
    assert users == {"1000:1000"} == {service["user"], container["User"]}
    assert service["read_only"] and container["ReadonlyRootFilesystem"]
    assert service["cap_drop"] == ["ALL"] == container["LinuxParameters"]["Capabilities"]["Drop"]
    assert service["ipc"] == "none"
    assert not {"tmpfs", "volumes", "ports", "privileged"} & set(service)
    assert files.compose()["networks"] == {"render": {"internal": True}}
    network = files.cloud_formation("service.yaml")["Resources"]["Service"]["Properties"]["NetworkConfiguration"]
    assert network["AwsvpcConfiguration"]["AssignPublicIp"] == "DISABLED"
    assert "TaskRoleArn" not in files.cloud_formation("service.yaml")["Resources"]["Task"]["Properties"]


@KUBERNETES
@pytest.mark.parametrize("overlay", files.OVERLAYS)
def test_pods_are_restricted(overlay: str) -> None:
    pod = files.pod(f"overlays/{overlay}")
    container = pod["containers"][0]
    assert not pod["automountServiceAccountToken"]
    assert pod["securityContext"]["runAsNonRoot"]
    assert pod["securityContext"]["runAsUser"] == pod["securityContext"]["runAsGroup"] == 1000
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert not any("emptyDir" in volume for volume in pod["volumes"])
    assert all(mount["readOnly"] for mount in container["volumeMounts"])
    assert container["resources"]["requests"]["memory"] == container["resources"]["limits"]["memory"]


@KUBERNETES
@pytest.mark.parametrize("overlay", files.OVERLAYS)
def test_labels_lead_to_the_pods(overlay: str) -> None:
    objects = files.kubernetes(f"overlays/{overlay}")
    labels = next(each for each in objects if each["kind"] == "Deployment")["spec"]["template"]["metadata"]["labels"]
    for each in objects:
        spec = each.get("spec", {})
        selector = spec.get("podSelector") or spec.get("selector")
        if selector:
            assert (selector.get("matchLabels") or selector).items() <= labels.items(), each["kind"]


@KUBERNETES
def test_nothing_goes_out_unless_forge_keys_are_fetched() -> None:
    for overlay, out in (("simple", []), ("keda", []), ("forge", [{443}, {53}])):
        policies = [each["spec"] for each in files.kubernetes(f"overlays/{overlay}") if each["kind"] == "NetworkPolicy"]
        rules = [rule for policy in policies for rule in policy.get("egress", ())]
        assert [{port["port"] for port in rule["ports"]} for rule in rules] == out
        assert any("Egress" in policy["policyTypes"] for policy in policies)


def needed_memory(environment: Mapping[str, str]) -> int:
    """Bytes, by the rule in the README."""
    workers, memory, held = (int(environment[f"XPRESS_SERVICE_{name}"]) for name in ("WORKERS", "MEMORY", "MAX_HELD"))
    return (2 * workers * memory + held + 400) * 1_000_000


def test_workers_fit_into_the_memory_they_are_given() -> None:
    granted = {
        "compose": 4 * 2**30,
        "aws": 4096 * 2**20,
        "systemd": 4 * 2**30,
        "forge container": 2 * 2**30,
        "kubernetes simple": 4 * 2**30,
        "kubernetes forge": 4 * 2**30,
    }
    assert files.compose()["services"]["render"]["mem_limit"] == "4g"
    assert files.cloud_formation("service.yaml")["Resources"]["Task"]["Properties"]["Memory"] == "4096"
    assert files.unit()["MemoryMax"] == ["4G"]
    if shutil.which("kubectl"):
        assert files.pod("base")["containers"][0]["resources"]["limits"]["memory"] == "4Gi"
        assert files.pod("overlays/keda") == files.pod("overlays/simple")
    assert files.forge()["services"][0]["containers"][0]["resources"]["memory"] == "2Gi"
    for name, start in STARTS.items():
        if name in granted:
            assert needed_memory(start.environment) <= granted[name], name


def test_the_build_gets_what_it_copies_and_no_more() -> None:
    allowed = {line.removeprefix("!") for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] == "!"}
    copied = {
        word.rstrip("/")
        for instruction, rest in files.instructions()
        if instruction == "COPY" and "--from" not in rest
        for word in rest.split()[:-1]
    }
    for path in copied:
        assert (ROOT / path).exists(), path
        assert any(path == each or path.startswith(f"{each}/") for each in allowed), path
    assert allowed == {each for each in allowed if any(f"{path}/".startswith(f"{each}/") for path in copied)}


def test_base_is_pinned_and_the_rest_comes_from_constraints() -> None:
    text = (DEPLOY / "Dockerfile").read_text("utf-8")
    assert re.search(r"^ARG PYTHON_IMAGE=docker\.io/library/python:3\.\d+\.\d+-slim-\w+$", text, re.MULTILINE)
    assert {rest.partition(" AS ")[0] for word, rest in files.instructions() if word == "FROM"} == {
        "${PYTHON_IMAGE}",
        "scratch",
        "image",
    }
    assert "--constraint constraints.txt" in text


def test_readme_names_files_that_are_there() -> None:
    text = (DEPLOY / "README.md").read_text("utf-8")
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        assert target.startswith("https://") or (DEPLOY / target).exists(), target
    for path in re.findall(r"deploy/[\w./-]+", text):
        assert (ROOT / path).exists() or path == "deploy/keys", path


def test_texts_become_files_in_memory_and_leave_the_environment() -> None:
    shown = "import json, os; print(json.dumps([dict(os.environ), open(os.environ['XPRESS_SERVICE_KEYS']).read()]))"
    command = [sys.executable, "-I", str(DEPLOY / "image/start.py"), sys.executable, "-c", shown]
    given = {"XPRESS_FILE_KEYS": "wiki sha256:0\n", "XPRESS_FILE_FORGE_KEYS": "", "PATH": os.environ["PATH"]}
    environment, text = json.loads(check(*command, env=given))
    assert text == "wiki sha256:0\n"
    assert [name for name in environment if name.startswith("XPRESS")] == ["XPRESS_SERVICE_KEYS"]


@slow
def test_ephemeral_certificate_and_key_belong_together() -> None:
    names = ("XPRESS_SERVICE_TLS_CERT", "XPRESS_SERVICE_TLS_KEY")
    shown = f"import os, sys; sys.stdout.write('|'.join(open(os.environ[n]).read() for n in {names}))"
    command = [sys.executable, "-I", str(DEPLOY / "image/start.py"), sys.executable, "-c", shown]
    certificate, _, key = check(*command, env={"XPRESS_TLS": "ephemeral"}).partition("|")
    private = serialization.load_pem_private_key(key.encode(), None)
    assert x509.load_pem_x509_certificate(certificate.encode()).public_key() == private.public_key()


# The commands as they are written.


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The image's root file system, with the Python that runs this."""
    if reason := box.unavailable() or box.command_missing():
        pytest.skip(reason)
    base = tmp_path_factory.getbasetemp()
    return box.make_root((base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "image")


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a file of keys, the key, a certificate and its key."""
    folder = tmp_path_factory.mktemp("secrets")
    key, _ = box.make_key(folder)
    (folder / "the-key").write_text(key, "utf-8")
    names = ("XPRESS_SERVICE_TLS_CERT", "XPRESS_SERVICE_TLS_KEY")
    shown = f"import os, sys; sys.stdout.write('|'.join(open(os.environ[n]).read() for n in {names}))"
    command = [sys.executable, "-I", str(DEPLOY / "image/start.py"), sys.executable, "-c", shown]
    pair = check(*command, env={"XPRESS_TLS": "ephemeral"}).split("|")
    for name, text in zip(("certificate", "key"), pair, strict=True):
        (folder / name).write_text(text, "utf-8")
    for path in folder.iterdir():
        path.chmod(0o644)
    folder.chmod(0o755)
    return folder


def with_keys(start: Start, folder: Path) -> Start:
    """Where a file gives the text of the keys, that text."""
    keys = (folder / "keys").read_text("utf-8")
    return replace(start, environment={name: value.replace("@keys", keys) for name, value in start.environment.items()})


def document(text: str) -> dict[str, Any]:
    """A request for a document of one paragraph."""
    body = {"format": "storage", "value": f"<p>{text}</p>"}
    answered = {"need": {"body": {"page_id": "1"}}, "answer": {"body": body}}
    return {"title": "Document", "pages": [{"id": "1", "title": "Page"}], "answers": [answered]}


@slow
@pytest.mark.parametrize("name", STARTS)
def test_start_command_works_as_written(name: str, root: Path, secrets: Path) -> None:
    start = with_keys(STARTS[name], secrets)
    seen = box.run_boxed(root, start, secrets, paths=["/version", "/metrics", *start.probes])
    answers = seen["answers"]
    assert seen["writable"] == []
    assert seen["identity"] == [1000, 1000]
    assert {path: answer[0] for path, answer in answers.items() if path.startswith("/")} == dict.fromkeys(
        ["/version", "/metrics", *start.probes], 200
    ), seen["log"]
    assert answers.get("health", 0) == 0
    assert seen["code"] == 0, seen["log"]


@slow
def test_the_image_renders_all_scripts(root: Path, secrets: Path) -> None:
    start = STARTS["compose"]
    key = (secrets / "the-key").read_text("utf-8")
    seen = box.run_boxed(root, start, secrets, render=document(SCRIPTS), key=key)
    status, text, headers = seen["answers"]["render"]
    assert status == 200, text
    assert text.startswith("%PDF")
    assert headers["xpress-lost"] == "0"


@slow
def test_the_image_refuses_to_be_open_to_everybody(root: Path, secrets: Path) -> None:
    stage = files.stages()["service"]
    start = Start("bare", stage.entrypoint + stage.command, stage.environment, patience=30)
    seen = box.run_boxed(root, start, secrets, port=0)
    assert seen["code"] == 2
    assert "--allow-anyone" in seen["log"]


@slow
def test_the_image_has_no_shell_and_no_package_manager(root: Path) -> None:
    names = {path.name for path in root.rglob("*") if path.is_file() and os.access(path, os.X_OK)}
    assert not {"sh", "bash", "dash", "busybox", "apt", "dpkg", "pip", "pip3", "gcc", "ld", "perl"} & names
    assert not list(root.rglob("site-packages/pip"))
    loose = [path for path in root.rglob("*") if not path.is_symlink() and path.stat().st_mode & 0o6022]
    assert loose == []


@slow
def test_metrics_that_scaling_asks_for_are_there(root: Path, secrets: Path) -> None:
    seen = box.run_boxed(root, STARTS["compose"], secrets, paths=["/metrics"])
    told = set(re.findall(r"^# TYPE (xpress_\w+)", seen["answers"]["/metrics"][1], re.MULTILINE))
    asked = {
        name for _, text in everything() for name in re.findall(r"\bxpress_(?!render|keys|xpress)[a-z_]+[a-z]", text)
    }
    assert asked <= told, asked - told


def calls_of(sets: str) -> set[str]:
    """The system calls that systemd knows by these names."""
    found: set[str] = set()
    for name in sets.split():
        if not name.startswith("@"):
            found.add(name)
            continue
        told = check(tool("systemd-analyze"), "syscall-filter", name)
        lines = [line.strip() for line in told.splitlines()[1:]]
        found |= calls_of(" ".join(line for line in lines if line and not line.startswith("#")))
    return found


@slow
def test_the_unit_forbids_nothing_that_the_service_does(tmp_path: Path) -> None:
    """All system calls of a start, a document and an end pass its filter, and memory is never made executable."""
    if reason := box.command_missing():
        pytest.skip(reason)
    allowed: set[str] = set()
    for line in files.unit()["SystemCallFilter"]:
        allowed = allowed - calls_of(line[1:]) if line.startswith("~") else allowed | calls_of(line)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    trace = tmp_path / "trace"
    # As MemoryDenyWriteExecute does (PR_SET_MDWE, Linux 6.3). strace as a grandchild: signals reach the service.
    strict = "import ctypes, os, sys; ctypes.CDLL(None).prctl(65, 1, 0, 0, 0); os.execv(sys.argv[1], sys.argv[1:])"
    traced = (tool("strace"), "-D", "--follow-forks", "--quiet=all", "--output", str(trace))
    served = (sys.executable, "-m", "confluence_xpress", "render-service", "--port", str(port), "--workers", "1")
    environment = {**os.environ, "PORT": str(port), "XPRESS_SERVICE_ALLOW_ANYONE": "true"}
    start = Start("traced", (sys.executable, "-c", strict, *traced, *served), environment, patience=60)
    seen = box.run_unboxed(start, render=document("Text"), key="")
    assert seen["answers"]["render"][0] == 200, seen
    assert seen["code"] == 0, seen["log"]
    used = set(re.findall(r"^\d+ +([a-z0-9_]+)\(", trace.read_text("utf-8", "replace"), re.MULTILINE))
    assert "accept4" in used
    assert used <= allowed, used - allowed
