"""What a stranger sends must not fill memory or the log, break a page, or be quoted in a log."""

import logging

import pytest

from detoxsite.logs import MAX_ARGUMENT_LENGTH, PrivacyFilter
from privateversion import codes, rewriting

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("url", ["//[", "//a\u2100b", "https://[x", "/contact/?t=x"])
def test_address_that_cannot_be_read_is_left_as_it_is(url):
    assert isinstance(rewriting.address(url), str)


def test_typed_address_that_cannot_be_read_costs_no_text_in_the_private_version(client, guide, settings):
    typed = f"my secret {settings.SITE_URL}//a\u2100b"
    response = client.post(codes.private("/contact/"), {"name": "", "message": typed, "complete": "1"})
    assert response.status_code == 422
    assert "my secret" in response.content.decode()


def test_codes_of_unknown_pages_are_not_remembered_for_ever(client):
    for number in range(50):
        client.get(f"/{'x' * 400}{number}/")
    assert codes.short.cache_info().maxsize == 4096
    before = codes.short.cache_info().currsize
    client.get(f"/{'y' * 400}/")
    assert codes.short.cache_info().currsize == before


def test_log_has_the_kind_and_place_of_an_error_and_none_of_its_words():
    try:
        try:
            int("my secret")
        except ValueError as error:
            raise RuntimeError("another secret") from error
    except RuntimeError as error:
        record = logging.LogRecord("x", logging.ERROR, __file__, 1, "%s", ("/a?b=secret",), (type(error), error, None))
    assert PrivacyFilter().filter(record)
    text = logging.Formatter().format(record)
    said = [line for line in text.splitlines() if not line.startswith(("  ", "Traceback"))]
    assert said == ["/a", "builtins.RuntimeError", "builtins.ValueError"]
    assert "test_reviewed.py" in text


def test_log_cuts_a_path_that_a_stranger_made_long():
    record = logging.LogRecord("x", logging.WARNING, __file__, 1, "Not Found: %s", ("/" + "x" * 60_000,), None)
    PrivacyFilter().filter(record)
    assert len(record.getMessage()) < MAX_ARGUMENT_LENGTH + 50
