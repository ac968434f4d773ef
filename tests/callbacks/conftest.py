"""What several files of these tests start from."""

import os

import pytest

from callbacks import clamd
from callbacks.models import CallbackRequest
from tests.callbacks import clamd as program
from tests.callbacks.clamd import Clamd
from tests.callbacks.helpers import JPEG, File, post_form


@pytest.fixture
def request_(client) -> CallbackRequest:
    post_form(client, ("file_1", File(JPEG * 200, b"<img src=x>.jpg")), ("file_2", File(b"GIF89a" * 200)))
    return CallbackRequest.objects.get()


@pytest.fixture(scope="session")
def clamd_program() -> str:
    path = program.find()
    if path is None:
        if os.environ.get("CI") == "true":
            pytest.fail(program.HOW)
        pytest.skip(program.HOW)
    return path


@pytest.fixture(scope="session")
def running_clamd(clamd_program):
    daemon = Clamd(clamd_program)
    daemon.start()
    yield daemon
    daemon.remove()


@pytest.fixture
def daemon(running_clamd, settings, monkeypatch) -> Clamd:
    """A real clamd that the site is set up to use; up, whatever the test before did to it."""
    monkeypatch.setattr(clamd, "_rests_until", 0.0)
    settings.CLAMD = str(running_clamd.socket)
    if not running_clamd.socket.exists():
        running_clamd.start()
    return running_clamd
