"""What a person agrees to by asking for a call, and what we keep and show of that."""

import hashlib
import re

import pytest
from django.utils import timezone, translation

from callbacks.models import CallbackRequest
from callbacks.values import consent
from tests.callbacks.helpers import CONTACT, page_of, post_form, text_of

pytestmark = pytest.mark.django_db


def test_consent_is_said_at_the_button_and_kept_and_shown_with_its_version_and_time(client, staff, settings):
    settings.RETENTION_DAYS = 17
    page = client.get(CONTACT).content.decode()
    [words] = re.findall(r'<p class="ask__consent" id="consent">([^<]+)</p>', page)
    assert "17 days" in words and page.count('aria-describedby="consent"') == 2
    [version] = re.findall(r'name="agreed" value="(\d+)"', page)
    sent = client.get(post_form(client, agreed=version)["Location"], follow=True)
    callback = CallbackRequest.objects.get()
    settings.RETENTION_DAYS = 5  # later requests are kept for less, which changes nothing for this one
    for shown in (sent, staff.get(page_of(callback))):
        assert words in shown.content.decode() and f"{timezone.localtime(callback.erase_after):%B} " in text_of(shown)


def test_consent_to_earlier_words_is_shown_in_those_words_and_breaks_no_page_of_a_release_before(client, staff):
    sent = client.get(post_form(client, agreed="1")["Location"], follow=True)
    for shown in (sent, staff.get(page_of(CallbackRequest.objects.get()))):
        assert "This expires when we erase it" in text_of(shown) and "Version 1" in text_of(shown)
    assert consent.words(consent.CURRENT + 1, 5) == ""


def test_consent_to_unknown_words_is_not_recorded(client, staff):
    """A page of a release before has no words; a program may send anything."""
    for sent in (None, "0", "99", "²"):
        page = client.get(post_form(client, agreed=sent)["Location"])
        assert "Your consent" not in text_of(page)
        assert "Consent Not recorded" in text_of(staff.get(page_of(CallbackRequest.objects.latest("received_at"))))


def test_consent_survives_a_correction(client):
    token = re.search(r'name="token" value="([^"]+)', client.get(CONTACT).content.decode())[1]
    for message, agreed in (("Knock.", "1"), ("Ring.", None)):
        post_form(client, token=token, message=message, agreed=agreed)
    details = CallbackRequest.objects.get().open_details()
    assert (details.message, details.agreed) == ("Ring.", 1)


#: The first letters of the SHA-256 of each version, in each language.
DIGESTS = {(1, "en"): "4e848e24", (1, "es"): "9a4cd9ba", (2, "en"): "e19245d0", (2, "es"): "4ff25cc8"}


def test_words_of_a_version_never_change():
    found = {}
    for version in consent.WORDS:
        for language in ("en", "es"):
            with translation.override(language):
                found[version, language] = hashlib.sha256(str(consent.WORDS[version]).encode()).hexdigest()[:8]
    assert found == DIGESTS, "Add a version instead."
