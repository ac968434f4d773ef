"""What is missing in the setup is said to those who can do something about it."""

import pytest
from django.urls import reverse

from editorial.models import Clinic, OpeningTime
from tests.callbacks.helpers import QUEUE, VIEW, sign_in
from tests.factories import make_staff

pytestmark = pytest.mark.django_db


def test_missing_opening_times_are_warned_of(client):
    sign_in(client, VIEW)
    assert "No opening times are listed" in client.get(QUEUE).content.decode()
    clinic = Clinic.objects.create(name="The clinic", phone="212-555-0100")
    OpeningTime.objects.create(clinic=clinic, weekday=0, opens="08:00", closes="20:00")
    assert "No opening times are listed" not in client.get(QUEUE).content.decode()


def test_missing_mail_is_a_warning_for_administrators_and_a_hint_what_to_do_for_intake(client, mail_on, settings):
    sign_in(client, VIEW)
    assert "No email tells you of a new request." not in client.get(QUEUE).content.decode()
    settings.EMAIL_HOST = ""
    for url in (QUEUE, reverse("admin:index")):
        page = client.get(url).content.decode()
        assert "No email tells you of a new request. Keep the queue open" in page and "MAIL_URL" not in page
    client.force_login(make_staff("chief", superuser=True))
    for url in (QUEUE, reverse("admin:index")):
        page = client.get(url).content.decode()
        assert "Set NOTICE_EMAILS, MAIL_URL and MAIL_FROM" in page and "No email tells you" not in page
