"""What several files of these tests start from."""

import pytest
from django.contrib.auth.models import User

from callbacks.models import CallbackRequest
from tests.callbacks.helpers import JPEG, VIEW, WORK, File, post_form, refused, stored, submit
from tests.factories import make_staff


@pytest.fixture
def request_(client) -> CallbackRequest:
    post_form(client, ("file_1", File(JPEG * 200, b"<img src=x>.jpg")), ("file_2", File(b"GIF89a" * 200)))
    return CallbackRequest.objects.get()


@pytest.fixture
def asked(db) -> CallbackRequest:
    """Somebody waits for a call in the evening, Chicago time; one file arrived, one was not taken."""
    return submit(stored() | refused())


@pytest.fixture
def alex(db) -> User:
    """A colleague on the intake staff."""
    user = make_staff("alex", permissions=(VIEW, WORK))
    user.first_name = "Alex"
    user.save()
    return user
