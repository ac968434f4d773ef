"""Finding a request: by its reference, however it is said, or by a phone number, which is written down nowhere."""

import pytest

from callbacks.models import AccessRecord, CallbackRequest
from callbacks.models.requests import as_reference
from callbacks.values.details import Details
from tests.callbacks.helpers import QUEUE, VIEW, WORK, page_of, records, shows_number, sign_in, step, submit

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("said_as", ["{}", " {} ", "{} ?", "Request {}", "request-{}-1.png", "request-{}-2 (1).pdf"])
def test_reference_is_found_however_it_is_said(client, asked, said_as):
    CallbackRequest.objects.update(state="closed")
    sign_in(client, VIEW)
    for reference in (asked.reference, asked.reference.lower(), asked.reference.replace("-", " ")):
        response = client.post(step("find"), {"text": said_as.format(reference)})
        assert (response.status_code, response["Location"]) == (303, page_of(asked))


def test_text_without_a_reference_gives_none():
    for text in ("", "K7M-4Q", "K7M-4QXX", "AEI-OUY", "212-555"):
        assert as_reference(text) is None
    assert as_reference("k7m 4qx") == "K7M-4QX"


def test_unknown_reference_is_said(client, asked):
    other = "777-777" if asked.reference != "777-777" else "999-999"
    assert (
        f"No request has the reference {other}."
        in sign_in(client, VIEW).post(step("find"), {"text": other}).content.decode()
    )


@pytest.mark.parametrize(
    "typed",
    [
        "(212) 555-0123",
        "+1 212 555 0123",
        "212.555.0123",
        "1-212-555-0123",
        "212\ufe0d-555\u200b-0123",
        "Jo: 212 555 0123, rm 4",
    ],
)
def test_phone_number_is_found_in_any_format_and_the_search_is_recorded_without_it(client, asked, typed):
    other = submit(details=Details(name="Robin", phone="+12125550199"), nonce="b")
    response = sign_in(client, VIEW, WORK).post(step("find"), {"text": typed})
    page = response.content.decode()
    assert asked.reference in page and other.reference not in page
    assert "Miller" not in page
    assert "no-store" in response["Cache-Control"]
    record = AccessRecord.objects.get()
    assert (record.action, record.request_reference) == ("searched", "")
    assert not shows_number(str([*AccessRecord.objects.values()]))


def test_phone_number_is_found_under_an_older_key_too(client, asked, settings):
    settings.VAULT_KEYS = settings.VAULT_KEYS | {max(settings.VAULT_KEYS) + 1: b"n" * 32}
    page = sign_in(client, VIEW, WORK).post(step("find"), {"text": "212 555 0123"}).content.decode()
    assert asked.reference in page


def test_search_without_a_match_is_recorded_too(client, asked):
    page = sign_in(client, VIEW, WORK).post(step("find"), {"text": "212 555 0777"}).content.decode()
    assert "No request has exactly this number." in page
    assert records() == [("searched", "")]


def test_search_for_numbers_needs_permission_to_work(client, asked):
    page = sign_in(client, VIEW).post(step("find"), {"text": "212 555 0123"}).content.decode()
    assert asked.reference not in page
    assert records() == []


@pytest.mark.parametrize("text", ["", "555", "x" * 100, "<script>alert(1)</script>", "\x00", "٢١٢٥٥٥٠١٢٣٤٥"])
def test_nonsense_search_is_reported_without_echoing_markup(client, asked, text):
    response = sign_in(client, VIEW, WORK).post(step("find"), {"text": text})
    assert response.status_code == 200
    assert 'role="alert"' in response.content.decode()
    assert "<script>alert" not in response.content.decode()


def test_search_is_a_post_so_no_number_gets_into_an_address(client, asked):
    assert sign_in(client, VIEW, WORK).get(step("find"), {"text": "212 555 0123"})["Location"] == QUEUE
    assert box_of(client.get(QUEUE).content.decode()) == ("post", step("find"))


def box_of(page: str) -> tuple[str, str]:
    """Method and address of the form with the search box."""
    form = page.split('<form class="find"')[1].split(">")[0]
    return form.split('method="')[1].split('"')[0], form.split('action="')[1].split('"')[0]
