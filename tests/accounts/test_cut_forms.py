"""A form of staff that breaks off on its way is not saved short."""

import io

import pytest
from django.conf import settings

from accounts.middleware import CUT_SHORT
from articles.models import Topic
from tests.accounts.helpers import sign_in
from tests.factories import make_staff

pytestmark = [pytest.mark.django_db, pytest.mark.any_backend]
FIELDS = b"name=Sleep&slug=sleep&position=3&description=" + b"What+helps+with+sleep+in+the+first+weeks+after+detox." * 2


@pytest.mark.parametrize(("announced", "is_saved"), [(len(FIELDS), True), (len(FIELDS) + 400, False)])
def test_staff_form_is_saved_only_if_complete(client, announced, is_saved):
    make_staff(superuser=True)
    sign_in(client)
    response = client.post(
        "/admin/articles/topic/add/",
        FIELDS,
        content_type="application/x-www-form-urlencoded",
        CONTENT_LENGTH=str(announced),
        **{"wsgi.input": io.BytesIO(FIELDS)},
    )
    assert Topic.objects.filter(slug="sleep").exists() is is_saved
    assert (response.status_code, response.content.decode() == CUT_SHORT) == ((302, False) if is_saved else (400, True))


class Broken(io.BytesIO):
    def read(self, *args: int) -> bytes:
        raise OSError("The body broke off.")


@pytest.mark.parametrize("path", ["/admin/login/", "/admin/articles/topic/add/", "/staff/sign-in/"])
def test_empty_body_is_not_logged_as_an_error(client, path):
    kind = "application/x-www-form-urlencoded"
    response = client.post(path, b"x=1", content_type=kind, CONTENT_LENGTH="80", **{"wsgi.input": Broken()})
    assert (response.status_code, response.content.decode()) == (400, CUT_SHORT)


def test_oversized_staff_form_is_refused_and_not_logged_as_an_error(client):
    too_much = b"x=" + b"a" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    response = client.post("/admin/login/", too_much, content_type="application/x-www-form-urlencoded")
    assert response.status_code in {400, 413}
