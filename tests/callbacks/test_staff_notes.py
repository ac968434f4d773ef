"""Notes for colleagues: sealed, with who wrote them and when, and only on the request they are about."""

import pytest

from callbacks.models import Note
from tests.callbacks.helpers import page_of, step, submit, text_of

pytestmark = pytest.mark.django_db


def test_note_is_sealed_and_says_who_and_when(staff, asked):
    response = staff.post(step("note", asked), {"text": "Rang twice.\r\n\u202eTry \x00after school."})
    assert (response.status_code, response["Location"]) == (303, page_of(asked))
    note = Note.objects.get()
    assert b"school" not in bytes(note.sealed)
    assert note.open_text() == "Rang twice.\nTry after school."
    assert "Try after school. Today" in text_of(staff.get(page_of(asked)))


@pytest.mark.parametrize("text", ["", "  ", "\u202e", "x" * 4001])
def test_note_that_is_empty_or_too_long_comes_back(staff, asked, text):
    response = staff.post(step("note", asked), {"text": text})
    assert response.status_code == 422
    assert 'class="problem"' in response.content.decode()
    assert Note.objects.count() == 0


def test_note_moved_to_another_request_does_not_open(staff, asked):
    staff.post(step("note", asked), {"text": "Rang twice."})
    other = submit(nonce="another")
    Note.objects.update(request=other)
    page = text_of(staff.get(page_of(other)))
    assert "Rang twice." not in page
    assert "This cannot be opened" in page
