"""What several files of these tests start from."""

import pytest
from django.core.mail.backends.base import BaseEmailBackend

from callbacks.models import CallbackRequest
from tests.callbacks.helpers import JPEG, File, post_form


@pytest.fixture
def request_(client) -> CallbackRequest:
    post_form(client, ("file_1", File(JPEG * 200, b"<img src=x>.jpg")), ("file_2", File(b"GIF89a" * 200)))
    return CallbackRequest.objects.get()


PASSWORD = "marmalade-password"


@pytest.fixture
def mail_on(settings) -> None:
    """Notices go to two people, through a server that takes everything."""
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
