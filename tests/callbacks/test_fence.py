"""The process that opens strangers' files can open, connect and start nothing: each is tried, from within."""

import shutil
import socket

import pytest

from callbacks.files import sandbox

pytestmark = pytest.mark.any_backend

#: Each ends in an OSError.
TRIES = {
    "open the vault key": "open({key!r}, 'rb')",
    "open the database": "open({database!r}, 'rb')",
    "write a file": "open({new!r}, 'wb')",
    "list a folder": "os.listdir('/')",
    "connect to loopback": "socket.create_connection(('127.0.0.1', {port}), 2)",
    "make a socket": "socket.socket(socket.AF_UNIX)",
    "send a datagram": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
    "fork": "os._exit(9) if os.fork() == 0 else None",
    "start a program": "os.execv('/bin/true', ['true'])",
    "start another": "os.posix_spawn('/bin/true', ['true'], {{}})",
    "read its parent": "open(f'/proc/{{os.getppid()}}/mem', 'rb')",
    "end its parent": "os.kill(os.getppid(), 0)",
    "make a file in memory": "os.memfd_create('x')",
    "look into its parent": "call(310, os.getppid(), vector, 1, parent, 1, 0)",
    "trace its parent": "call(101, 16, os.getppid(), 0, 0)",
    "become root again": "os.setuid(0)",
}


@pytest.mark.parametrize("kind", ["jpg", "png", "heic", "webp", "avif", "pdf"])
def test_nothing_can_be_opened_connected_or_started(tmp_path, monkeypatch, kind):
    monkeypatch.setenv("VAULT_KEYS", "1:secret")
    place = shutil.copytree(sandbox.FOLDER, tmp_path / "sandbox")
    monkeypatch.setattr(sandbox, "FOLDER", place)
    (key := tmp_path / "vault-key").write_bytes(b"secret")
    (database := tmp_path / "db.sqlite3").write_bytes(b"secret")
    key.chmod(0o644)  # its own user may read them, but for the fence
    with socket.create_server(("127.0.0.1", 0)) as server:
        paths = {"key": str(key), "database": str(database), "new": str(tmp_path / "new")}
        tries = {name: code.format(**paths, port=server.getsockname()[1]) for name, code in TRIES.items()}
        (place / "tries.py").write_text(_PROGRAM.replace("TRIES", repr(tries)))
        name = "pdfs.py" if kind == "pdf" else "pictures.py"
        source = (place / name).read_text().replace("def inspect(", "def unused(")
        (place / name).write_text(f"import tries\n{source}\n\ndef inspect(*_):\n    return tries.try_all()\n")
        found, _ = sandbox.run("inspect", kind, [b"x"], 30)
    assert found[-1] in {"environment:LC_CTYPE,MALLOC_ARENA_MAX", "environment:MALLOC_ARENA_MAX"}
    assert found[:-1] == [name.replace(" ", "-") for name in TRIES]
    assert not (tmp_path / "new").exists()


_PROGRAM = """
import ctypes, errno, os, socket, encodings.idna

libc = ctypes.CDLL(None, use_errno=True)
buffer = ctypes.create_string_buffer(8)
vector = (ctypes.c_uint64 * 2)(ctypes.addressof(buffer), 8)
parent = (ctypes.c_uint64 * 2)(id(buffer), 8)
names = TRIES


def call(*arguments):
    if libc.syscall(*arguments) < 0:
        raise OSError(ctypes.get_errno(), "no")


def try_all():
    refused = []
    for name, code in names.items():
        try:
            exec(code)
        except OSError:
            refused.append(name.replace(" ", "-"))
    return [*refused, "environment:" + ",".join(sorted(os.environ))]
"""
