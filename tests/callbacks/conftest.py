"""What several files of these tests start from."""

import hashlib
import itertools
import os
from collections.abc import Callable, Iterable, Iterator

import pytest
from django.contrib.auth.models import User
from django.core.mail.backends.base import BaseEmailBackend

from callbacks.casework import submission
from callbacks.files import inspection, sandbox
from callbacks.models import CallbackRequest
from callbacks.values.promise import promise
from tests.callbacks import clamd as program
from tests.callbacks.clamd import Clamd
from tests.callbacks.helpers import JPEG, VIEW, WORK, File, post_form, refused, sign_in, step, stored, submit
from tests.factories import make_staff


@pytest.fixture(autouse=True)
def patient_inspection(monkeypatch) -> None:
    """A file is inspected while its sender waits, by a process that a busy machine takes seconds to start."""
    monkeypatch.setattr(inspection, "INTERACTIVE_TIMEOUT", inspection.BACKGROUND_TIMEOUT - 1)


SMALL = 200_000  # bytes


@pytest.fixture(scope="session", autouse=True)
def inspected_once() -> Iterator[None]:
    """An inspection starts a process, and most tests send the same few files: each small content is inspected once."""
    known, run, place = {}, sandbox.run, sandbox.FOLDER

    def remembered(task: str, kind: str, chunks: Iterable[bytes], seconds: float) -> tuple[list[str], bytes]:
        if task != "inspect" or place != sandbox.FOLDER:
            return run(task, kind, chunks, seconds)
        content, chunks = b"", iter(chunks)
        for chunk in chunks:
            content += chunk
            if len(content) > SMALL:
                return run(task, kind, itertools.chain([content], chunks), seconds)
        key = kind, hashlib.sha256(content).digest()
        if key not in known:
            known[key] = run(task, kind, [content], seconds)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sandbox, "run", remembered)
        yield


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
def daemon(running_clamd, settings) -> Clamd:
    """A real clamd that the site is set up to use; up, whatever the test before did to it."""
    settings.CLAMD = str(running_clamd.socket)
    if not running_clamd.socket.exists():
        running_clamd.start()
    return running_clamd


PASSWORD = "marmalade-password"


@pytest.fixture
def mail_on(settings) -> None:
    """Notices go to two people, at once, through a server that takes everything."""
    settings.NOTICE_DELAY_MINUTES = 0
    settings.NOTICE_EMAILS = ["intake@clinic.example", "lead@clinic.example"]
    settings.EMAIL_HOST = "mail.clinic.example"
    settings.DEFAULT_FROM_EMAIL = "guide@clinic.example"
    settings.SITE_URL = "https://guide.example"


class DownServer(BaseEmailBackend):
    """Says no, and quotes what it should not."""

    def send_messages(self, messages) -> int:
        raise OSError(f"no route, {PASSWORD}, {messages[0].to}")


@pytest.fixture
def server_down(settings) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.DownServer"


@pytest.fixture
def asked(db) -> CallbackRequest:
    """Somebody waits for a call in the evening, Chicago time; one file arrived, one was not taken."""
    return submit(stored() | refused())


@pytest.fixture
def overtaken(monkeypatch):
    """Lets another process act between the look of the next submission for its row and its insert."""

    def by(act: Callable[[], object]) -> None:
        def promise_late(*asked):
            monkeypatch.setattr(submission, "promise", promise)
            act()
            return promise(*asked)

        monkeypatch.setattr(submission, "promise", promise_late)

    return by


@pytest.fixture
def staff(client):
    """The window of somebody on the intake staff."""
    return sign_in(client, VIEW, WORK)


@pytest.fixture
def claimed(staff, asked) -> CallbackRequest:
    """The colleague at that window has claimed the request."""
    staff.post(step("claim", asked))
    asked.refresh_from_db()
    return asked


@pytest.fixture
def alex(db) -> User:
    """A colleague on the intake staff."""
    user = make_staff("alex", permissions=(VIEW, WORK))
    user.first_name = "Alex"
    user.save()
    return user


@pytest.fixture
def two_per_address(settings) -> None:
    """Two requests in ten minutes from one address."""
    settings.CONTACT_LIMIT = 2
