"""The shipped containers are built from a bare Debian and started together: a form with a file goes through them.

It takes a quarter of an hour and 10 GB, so it runs only where CONTAINERS names a folder for the images, as root:

    CONTAINERS=/var/tmp/containers .venv/bin/python -m pytest tests/deploy/test_containers.py
"""

import contextlib
import http.client
import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from pathlib import Path

import pytest
import yaml

from bench import load
from tests.prebuilt import ROOT
from tests.served import free_port

PROGRAMS = {"podman": "podman", "podman-compose": "podman-compose", "debootstrap": "debootstrap", "runc": "runc"}
HOST, IMAGE = "guide.example", "docker.io/library/debian:bookworm-slim"
COMPOSE = ROOT / "deploy" / "compose.yaml"
TARGETS = ["site", "database", "store", "proxy"]
#: Of the machine, for the packages: its authorities, and how it reaches them.
MACHINE = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pip.conf"]
FOLDER = Path(os.environ.get("CONTAINERS", "/nowhere"))
MISSING = [package for program, package in PROGRAMS.items() if not shutil.which(program)]
WHY = "set CONTAINERS to a folder, be root, apt-get install " + " ".join(PROGRAMS.values())
LIMIT = 600  # seconds until all answers
needs_builder = pytest.mark.skipif("CONTAINERS" not in os.environ or bool(MISSING) or os.geteuid() != 0, reason=WHY)
pytestmark = pytest.mark.any_backend


def test_each_container_is_confined_and_gets_its_secrets_as_files():
    compose = yaml.safe_load(COMPOSE.read_text())
    users = re.findall(r"^USER (\w+)$", (ROOT / "deploy" / "Containerfile").read_text(), re.MULTILINE)
    assert len(users) == len(TARGETS) and "root" not in users
    for name, service in compose["services"].items():
        assert service["read_only"] and service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert not {*service.get("environment", {})} & {*compose["secrets"]}, name
        assert bool(service.get("ports")) == (name == "proxy"), name


def podman(*arguments: str, program: str = "podman", **more) -> str:
    env = os.environ | {
        "CONTAINERS_CONF": str(FOLDER / "containers.conf"),
        "CONTAINERS_STORAGE_CONF": str(FOLDER / "storage.conf"),
    }
    pipe = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True, "timeout": 1500}
    done = subprocess.run([program, *arguments], env=env, check=False, **pipe | more)
    assert done.returncode == 0, done.stdout[-3000:]
    return done.stdout


@pytest.fixture(scope="module")
def images() -> None:
    """Built, on a base that debootstrap makes. Limits and drivers are those that a small virtual machine allows."""
    FOLDER.mkdir(exist_ok=True)
    FOLDER.joinpath("containers.conf").write_text(
        '[containers]\ndefault_ulimits = ["nofile=8192:8192", "nproc=4096:4096"]\n'
        '[engine]\ncgroup_manager = "cgroupfs"\nruntime = "runc"\nevents_logger = "file"\n'
    )
    FOLDER.joinpath("storage.conf").write_text(
        f'[storage]\ndriver = "vfs"\ngraphroot = "{FOLDER}/images"\nrunroot = "{FOLDER}/run"\n'
    )
    base = FOLDER / "base"
    if not base.with_suffix(".tar").exists():
        podman("--variant=minbase", "--include=ca-certificates", "bookworm", str(base), program="debootstrap")
        podman("-C", str(base), "-cf", str(base.with_suffix(".tar")), ".", program="tar")
        podman("import", "--quiet", str(base.with_suffix(".tar")), IMAGE)
    volumes = [part for path in MACHINE if Path(path).exists() for part in ("--volume", f"{path}:{path}:ro")]
    for target in TARGETS:
        where = ["--target", target, "--tag", f"localhost/detox-{target}", "--file", "deploy/Containerfile", "."]
        podman("build", "--isolation", "chroot", "--quiet", *volumes, *where, cwd=ROOT)


@pytest.fixture
def port(images, tmp_path):
    """All of compose.yaml, up; the port of the proxy."""
    for name in ("compose.yaml", "secrets-for-containers"):
        shutil.copy(ROOT / "deploy" / name, tmp_path)
    subprocess.run([tmp_path / "secrets-for-containers"], check=True)
    (tmp_path / "detox.env").touch()
    port = free_port()
    settings = {"SITE_HOST": HOST, "TLS": "tls internal", "HTTP_PORT": free_port(), "HTTPS_PORT": port}
    (tmp_path / ".env").write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
    compose = ["--project-name", "detoxtest"]
    try:
        podman(*compose, "up", "--detach", "--no-build", program="podman-compose", cwd=tmp_path)
        yield port
    finally:
        podman(*compose, "down", "--volumes", program="podman-compose", cwd=tmp_path)


def ask(port: int, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, str, bytes]:
    connection = http.client.HTTPConnection(HOST, timeout=60)
    plain = socket.create_connection(("127.0.0.1", port), 60)
    connection.sock = load.TLS.wrap_socket(plain, server_hostname=HOST)
    with contextlib.closing(connection):
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.headers.get("Location", ""), answer.read()


@needs_builder
def test_form_with_a_file_goes_through_the_containers(port):
    deadline = time.monotonic() + LIMIT
    status = 0
    while status != 200 and time.monotonic() < deadline:
        with contextlib.suppress(OSError, ssl.SSLError, http.client.HTTPException):
            status = ask(port, "GET", "/healthz/database")[0]
        time.sleep(1)
    token = re.search(rb'name="token" value="([^"]+)"', ask(port, "GET", "/contact/")[2])[1].decode()
    fields = {"name": "In a container", "phone": "(212) 555-0123", "token": token}
    body = load.form_body(fields, {"file_1": load.JPEG + bytes(300_000)})
    kind = f"multipart/form-data; boundary={load.BOUNDARY}"
    status, link, _ = ask(port, "POST", "/contact/", body, **{"Content-Type": kind})
    assert status == 303 and b"We have it" in ask(port, "GET", link)[2]
    stored = podman("exec", "detoxtest_store_1", "find", "/srv/store/detox/attachments", "-type", "f")
    assert len(stored.split()) == 1
    worker = ["exec", "detoxtest_worker_1", "deploy/container", "site", "manage"]
    podman(*worker, "backup")
    assert "1 of 1 files opened from end to end" in podman(*worker, "restore_drill")
