"""A form that is sent only to be shown in the other language comes back as typed; nothing is saved, counted or told."""

import html5lib
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from callbacks.models import CallbackRequest
from privateversion import codes
from tests.callbacks.helpers import CORRECT, DETAILS, JPEG, File, body, fields, link_to, objects_in_store, post, submit

pytestmark = pytest.mark.django_db
ASKED = {"name": "Zoë", "phone": "12", "days": ["1", "6"], "message": "Knock.\nWait.", "channel": "text"}
FORMS = {
    "/contact/": ASKED,
    "/es/contacto/": ASKED,
    CORRECT: ASKED,
    "/feedback/?page=/emergency/": {"words": "Wrong & old.", "page": "/emergency/"},
    "/phases/now/": {"amount": "x", "substance": "pills"},
    "/phases/now/check-in/": {"danger": ["dry"], "felt": ["insomnia"], "mood": "low"},
    codes.private("/es/etapas/ahora/"): {"since": "6-12"},
}


def tree_of(response):
    assert response.status_code == 200
    return html5lib.parse(response.content, namespaceHTMLElements=False)


def shown(tree) -> dict[str, list[str]]:
    """Return what the form of a page would send, field by field."""
    found: dict[str, list[str]] = {}
    form = tree.find(".//header//button[@form]").get("form")
    for each in tree.find(f".//form[@id='{form}']").iter():
        keep = found.setdefault(each.get("name") or "", [])
        if each.get("type") in {"checkbox", "radio"}:
            keep += [each.get("value")] if each.get("checked") is not None else []
        elif each.tag == "select":
            keep += [option.get("value") for option in each if option.get("selected") is not None]
        elif each.tag in {"input", "textarea"}:
            keep.append(each.get("value") or (each.text or "").lstrip("\n"))
    return {name: values for name, values in found.items() if name and values}


@pytest.mark.parametrize("address", FORMS)
def test_form_is_shown_as_typed_in_the_other_language(client, guide, caplog, address):
    submit()
    typed = {"complete": "1", "in_language": ""} | FORMS[address]
    here = tree_of(client.get(link_to(page=CORRECT) if address == CORRECT else address))
    button = here.find(".//button[@name='in_language']")
    with CaptureQueriesContext(connection) as queries:
        there = tree_of(client.post(button.get("formaction"), typed))
    assert there.get("lang") != here.get("lang")
    assert all(query["sql"].lstrip("(").startswith("SELECT") for query in queries.captured_queries)
    kept = shown(there)
    assert {name: kept[name] for name in FORMS[address]} == {
        name: value if isinstance(value, list) else [value] for name, value in FORMS[address].items()
    }
    page = "".join(there.itertext())
    assert "Error:" not in page and not there.findall(".//*[@class='error']") and not caplog.records
    assert CallbackRequest.objects.get().open_details() == DETAILS
    again = there.find(".//button[@name='in_language']").get("formaction")
    assert shown(tree_of(client.post(again, kept | {"in_language": ""}))) == kept


def test_photo_sent_with_a_change_of_language_is_not_kept(client):
    """No browser does: the button sends the name of a file alone."""
    data = body({"in_language": ""} | fields(), ("file_1", File(JPEG)))
    assert post(client, data).status_code == 200
    assert not objects_in_store() and not CallbackRequest.objects.exists()


ANSWERS = {
    "/phases/now/": {"amount": "2", "unit": "days", "substance": "heroin"},
    "/phases/now/check-in/": {"danger": ["dry"], "felt": ["insomnia", "yawning"], "mood": "low"},
}


@pytest.mark.parametrize("address", ANSWERS)
def test_answer_is_given_in_the_other_language(client, guide, address):
    here = tree_of(client.post(address, ANSWERS[address]))
    there = here.find(".//button[@form='typed']").get("formaction")
    answer = tree_of(client.post(there, shown(here)))
    assert answer.get("lang") == "es-US" and answer.find(".//title").text != here.find(".//title").text
    assert shown(answer) == shown(here)
