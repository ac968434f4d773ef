"""What several files of these tests start from."""

import pytest

from callbacks.models import CallbackRequest
from tests.callbacks.helpers import JPEG, File, post_form


@pytest.fixture
def request_(client) -> CallbackRequest:
    post_form(client, ("file_1", File(JPEG * 200, b"<img src=x>.jpg")), ("file_2", File(b"GIF89a" * 200)))
    return CallbackRequest.objects.get()
