"""manage.py and gunicorn as forks of a process that has the site loaded: an eighth of the cost of a start.

For tests on Linux. Elsewhere it is a plain start, and so it is in bench/, which measures processes.
"""

import functools
import multiprocessing
import os
import runpy
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import jinja2

ROOT = Path(__file__).parents[1]
#: What a start needs beside what `loaded_site` has loaded.
LIBRARIES = """django.contrib.sessions.backends.db django.core.management.commands.shell django.db.migrations.executor
django.template.backends.jinja2 cryptography.x509 brotli gunicorn.app.wsgiapp jinja2.ext whitenoise.middleware
whitenoise.media_types zipfile zlib_ng.gzip_ng"""
if "TEST_SERVERS" in os.environ:
    LIBRARIES += " boto3"
_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["tests.loaded_site", *LIBRARIES.split()])


def keep_templates(folder: str) -> None:
    """Compile each template once for all processes of a run: half of what is left of a server's start."""
    cache = jinja2.FileSystemBytecodeCache(folder)
    jinja2.Environment.__init__ = functools.partialmethod(jinja2.Environment.__init__, bytecode_cache=cache)


class _Fork(_context.Process):
    """With those of Popen's methods that tests use."""

    def __init__(self, command: list[str], env: dict[str, str], outputs: tuple[str, str], strict: bool) -> None:
        super().__init__()
        self.command, self.env, self.outputs, self.strict = command, env, outputs, strict
        self.shared = os.environ["TESTS_SHARED"]

    def run(self) -> None:
        os.chdir(ROOT)
        keep_templates(self.shared)
        os.environ.clear()
        os.environ.update(self.env)
        for number, path in enumerate(self.outputs, start=1):
            with open(path, "ab") as file:
                os.dup2(file.fileno(), number)
        if self.strict:
            warnings.simplefilter("error")
        from tests import loaded_site  # only here: the process that runs the tests has settings of its own

        if not loaded_site.follow_environment():
            options = ["-W", "error"] if self.strict else []
            os.execve(sys.executable, [sys.executable, *options, *self.command], self.env)
        is_module = self.command[0] == "-m"
        sys.path.insert(0, str(ROOT))
        sys.argv = self.command[is_module:]
        (runpy.run_module if is_module else runpy.run_path)(sys.argv[0], run_name="__main__")

    def poll(self) -> int | None:
        return self.exitcode

    def wait(self, timeout: float | None = None) -> int:
        self.join(timeout)
        if self.exitcode is None:
            raise subprocess.TimeoutExpired(self.command, timeout)
        return self.exitcode


Process = _Fork | subprocess.Popen


def start(
    command: list[str], env: dict[str, str], out: Path, err: Path | None = None, *, strict: bool = False
) -> Process:
    """A script of this folder, or -m and a module, with what it says appended to files. `strict`: a warning is an
    error."""
    options = ["-W", "error"] if strict else []
    with out.open("ab") as stdout, (err or out).open("ab") as stderr:
        if sys.platform == "linux" and "pytest" in sys.modules:
            process = _Fork(command, env, (stdout.name, stderr.name), strict)
            process.start()
            return process
        return subprocess.Popen([sys.executable, *options, *command], cwd=ROOT, env=env, stdout=stdout, stderr=stderr)


def run(command: list[str], env: dict[str, str], *, strict: bool = False) -> subprocess.CompletedProcess[str]:
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        code = start(command, env, out, err, strict=strict).wait()
        return subprocess.CompletedProcess(command, code, out.read_text(), err.read_text())


def manage(env: dict[str, str], *arguments: str, strict: bool = False) -> str:
    """What manage.py prints; fails where it fails."""
    done = run(["manage.py", *arguments], env, strict=strict)
    assert done.returncode == 0, done.stderr
    return done.stdout
