"""What several files of these tests start from."""

import pytest

from callbacks.models import CallbackRequest
from tests.callbacks.helpers import JPEG, File, post_form, refused, stored, submit


@pytest.fixture
def request_(client) -> CallbackRequest:
    post_form(client, ("file_1", File(JPEG * 200, b"<img src=x>.jpg")), ("file_2", File(b"GIF89a" * 200)))
    return CallbackRequest.objects.get()


@pytest.fixture
def asked(db) -> CallbackRequest:
    """Somebody waits for a call in the evening, Chicago time; one file arrived, one was not taken."""
    return submit(stored() | refused())
