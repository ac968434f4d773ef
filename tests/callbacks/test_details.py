"""All that a person can say: sealed, shown on their page, corrected there, and read by staff before the number."""

import datetime
import json

import pytest

from callbacks.admin.instructions import instructions
from callbacks.models import CallbackRequest
from callbacks.public.correcting import CorrectForm
from callbacks.values.details import Details
from callbacks.values.safe_hours import PartOfDay, SafeHours
from tests.callbacks.helpers import DETAILS, VIEW, WORK, body, fields, page_of, post, post_form, sign_in, step, text_of

pytestmark = pytest.mark.django_db

MONDAYS_TILL_TEN = SafeHours((PartOfDay.MORNING,), "America/Chicago", (0,), 0, 10)
SAID = {
    "times": "morning",
    "days": "0",
    "not_after": "10",
    "language": "other",
    "other_language": "Tagalog",
    "interpreter": "on",
    "channel": "relay",
    "second_phone": "646 555 0199 (mom)",
    "may_tell": "Dana",
}


def kept() -> Details:
    return CallbackRequest.objects.get().open_details()


def test_all_that_was_said_is_kept_shown_and_corrected(client):
    link = post_form(client, **SAID)["Location"]
    details = kept()
    assert details.safe_hours == MONDAYS_TILL_TEN == CallbackRequest.objects.get().safe_hours
    assert (details.language, details.other_language, details.interpreter) == ("other", "Tagalog", True)
    assert (details.channel, details.second_phone, details.may_tell) == ("relay", "+16465550199", "Dana")
    page = text_of(client.get(link))
    facts = "First Call me through relay (711) | Second number (646) 555-0199 | We may talk to Dana"
    for fact in [*facts.split(" | "), "Mondays; 8 am to 10 am (Central time)", "Tagalog, with an interpreter"]:
        assert fact in page
    assert 'value="Tagalog"' in client.get(link.replace("/sent/", "/correct/")).content.decode()
    initial = CorrectForm(kept=details).initial
    typed = {name: value for name, value in initial.items() if value not in ("", [])} | {"complete": "1"}
    assert client.post(link.replace("/sent/", "/correct/"), typed).status_code == 303
    assert kept() == details and CallbackRequest.objects.get().corrected_at is None
    del typed["days"], typed["interpreter"], typed["not_after"]
    typed |= {"name": "Zoë Moss", "channel": "text", "language": "es", "message": "", "times": ["evening"]}
    assert client.post(link.replace("/sent/", "/correct/"), typed).status_code == 303
    row, details = CallbackRequest.objects.get(), kept()
    assert details.safe_hours == SafeHours((PartOfDay.EVENING,), "America/Chicago") == row.safe_hours
    assert (details.name, details.message, details.text_message) == ("Zoë Moss", "", True)
    assert (row.language, row.channel, row.about) == ("es", "text", "me")


def test_correction_from_a_page_of_the_last_release_keeps_the_rest(client):
    post_form(client, **SAID)
    nonce_link = CallbackRequest.objects.get()
    before = kept()
    link = post_form(client, **SAID)["Location"].replace("/sent/", "/correct/")
    newer = CallbackRequest.objects.exclude(pk=nonce_link.pk).get()
    old_page = {"phone": "(646) 555-0100", "email": "", "zone": "", "place": "", "complete": "1"}
    assert client.post(link, old_page).status_code == 303
    newer.refresh_from_db()
    details = newer.open_details()
    assert details.phone == "+16465550100" and (details.safe_hours, details.may_tell) == (before.safe_hours, "Dana")


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"channel": "email"}, "Write your email address"),
        ({"channel": "text", "phone": "", "email": "z@example.com"}, "Write your phone number"),
        ({"language": "other"}, "Write which language."),
        ({"times": "evening", "not_after": "10"}, "There is no time between these hours"),
        ({"days": "7"}, "Choose what is in the list"),
        ({"not_before": "3"}, "Choose what is in the list"),
        ({"second_phone": "12"}, "It needs ten digits"),
        ({"days": "5", "zone": ""}, "Choose your time zone"),
    ],
)
def test_answer_that_cannot_be_used_comes_back_with_what_to_do(client, typed, words):
    response = post_form(client, **typed)
    assert response.status_code == 422 and words in text_of(response)
    assert CallbackRequest.objects.count() == 0


def test_711_beside_the_number_is_understood_as_relay(client):
    assert post_form(client, phone="711 then 202 555 0111").status_code == 303
    assert (kept().phone, kept().channel) == ("+12025550111", "relay")
    row = CallbackRequest.objects.get()
    client = sign_in(client, VIEW, WORK)
    client.post(step("claim", row))
    page = text_of(client.get(page_of(row)))
    assert page.index("Call through relay: dial 711") < page.index("Ask for Zoë Miller.")
    shown = client.post(step("reveal", row)).content.decode()
    assert "tel:711" in shown and "tel:+12025550111" not in shown


@pytest.mark.parametrize(
    ("said", "first", "forbids"),
    [
        ({"channel": "text"}, "Send a text first.", "Do not make a voice call unless they agree to one."),
        ({"channel": "email"}, "Write an email first.", "Do not make a voice call unless they agree to one."),
        ({"channel": "relay"}, "Call through relay: dial 711", "Do not call without relay."),
        ({"channel": "video"}, "They use video relay: dial the number, and a sign language interpreter joins.", ""),
        ({"language": "es"}, "Language: Español.", ""),
        ({"language": "es", "other_language": "Mixteco"}, "Language: Español, Mixteco.", ""),
        ({"language": "en", "other_language": "Tagalog"}, "Language: English, Tagalog.", ""),
        ({"language": "en"}, "Ask for Jo.", ""),
        ({"language": "en", "interpreter": True}, "Language: English, with an interpreter.", ""),
    ],
)
def test_staff_read_first_how_and_in_which_language(said, first, forbids):
    found = instructions(Details("Jo", "+12125550123", **said))
    assert found[0].sentence.startswith(first) and not found[0].forbids
    assert ("Have the interpreter ready" in found[0].sentence) is ("interpreter" in said)
    assert not forbids or (found[1].sentence == forbids and found[1].forbids)
    assert any("subject line" in each.sentence and each.forbids for each in found) is (said.get("channel") == "email")


@pytest.mark.parametrize(
    ("first", "remark", "sentence", "careful"),
    [
        ("+12125550123", "", "They left a second number: try it if nobody answers at the first.", False),
        ("", "", "They left a second number: call that one.", False),  # nobody may call the first
        (
            "+12125550123",
            "Mom's, 212 555 0147",
            "wrote: “Mom's, [another number]”. Try it only if that allows it.",
            True,
        ),
    ],
    ids=["bare", "alone", "with a remark"],
)
def test_second_number_is_tried_as_its_remark_allows(first, remark, sentence, careful):
    found = instructions(Details("Jo", first, second_phone="+16465550199", second_phone_remark=remark))[1]
    assert found.sentence.endswith(sentence) and found.careful == careful


def test_who_may_be_told_is_nobody_unless_named_and_hides_a_number():
    assert instructions(Details("Jo", "+12125550123"))[-1].sentence == "Do not talk about it with anyone else."
    answers, told = instructions(Details("Jo", "+12125550123", may_tell="Dana 212 555 0147"))[-2:]
    assert answers.sentence.endswith("do not say where you call from, unless it is “Dana [another number]”.")
    assert told.sentence == "You may talk about it with: “Dana [another number]”."


def test_details_of_the_last_release_open_and_those_of_this_one_open_there():
    old = b'{"name": "Jo", "safe_hours": {"parts": ["morning"], "zone": "America/Denver"}, "voicemail": true}'
    assert Details.from_bytes(old).safe_hours == SafeHours((PartOfDay.MORNING,), "America/Denver")
    hours = json.loads(Details("Jo", safe_hours=MONDAYS_TILL_TEN).to_bytes())["safe_hours"]
    assert (hours["parts"], hours["zone"]) == (["morning"], "America/Chicago")


def test_days_and_hours_decide_when_somebody_can_be_called(clock):
    monday = datetime.datetime(2026, 11, 30, 15, tzinfo=datetime.UTC)  # 9 am in Chicago
    hours, week = MONDAYS_TILL_TEN, datetime.timedelta(days=7)
    assert hours.include(monday) and not hours.include(monday + week / 7)
    assert not hours.include(monday + datetime.timedelta(hours=1))
    assert [begin for begin, _ in hours.intervals(monday, 8)] == [monday, monday + week - datetime.timedelta(hours=1)]
    assert SafeHours.from_text(hours.to_text(), hours.zone, hours.finer_to_text()) == hours
    assert SafeHours((), "America/Denver", (5, 6), 16).in_words == "Saturdays, Sundays; 4 pm to 9 pm (Mountain time)"


def test_first_screen_has_two_questions_and_promises_no_language(client):
    page = client.get("/contact/").content.decode()
    before = page.split('class="button"')[0]
    assert before.count('class="field') == 2 and "Our staff speak" not in page


def test_form_from_the_spanish_page_leads_to_spanish_pages_and_is_marked_for_staff(client):
    page = client.get("/es/contacto/")
    assert page.status_code == 200 and "Su nombre" in text_of(page) and "What happens" not in text_of(page)
    wrong = text_of(post(client, body(fields(phone="12", days="0", zone="")), "/es/contacto/"))
    assert "Revise el número de teléfono." in wrong and "Foto de su tarjeta del seguro médico: frente" in wrong
    assert "Elija su zona horaria, para no llamarle a una mala hora." in wrong and "Choose" not in wrong
    response = post(client, body(fields(days="0", language=None)), "/es/contacto/")
    assert response.status_code == 303 and response["Location"].startswith("/es/contacto/enviado/?t=")
    words = text_of(client.get(response["Location"]))
    assert "Tenemos su solicitud" in words and "Los lunes; por la noche, de 5 a 9 (hora del Centro)" in words
    assert "Cómo nos comunicamos con usted" in words and "We " not in words and "Idioma Español" in words
    row = CallbackRequest.objects.get()
    assert (kept().reads, kept().language, row.language) == ("es", "", "es")
    assert instructions(kept())[0].sentence == "They wrote from the Spanish page: begin in Spanish."


def test_details_show_nothing_in_a_log():
    assert "Jo" not in repr(Details(name="Jo", phone="+12125550123"))


def test_details_from_an_earlier_version_still_open():
    assert Details.from_bytes(b'{"name": "Jo", "phone": "+12125550123", "gone": 1}') == Details("Jo", "+12125550123")


@pytest.mark.parametrize(
    ("then", "now"),
    [
        ("any", SafeHours()),
        ("morning", SafeHours((PartOfDay.MORNING,))),
        ("afternoon", SafeHours((PartOfDay.AFTERNOON,))),
        ("evening", SafeHours((PartOfDay.EVENING,))),
        ("midnight", SafeHours()),
    ],
)
def test_preferred_time_of_the_first_version_becomes_the_safe_hours(then, now):
    old = {"name": "Jo", "phone": "+12125550123", "preferred_time": then, "message": "Knock."}
    details = Details.from_bytes(json.dumps(old).encode())
    assert details == Details("Jo", "+12125550123", safe_hours=now, message="Knock.")
    assert (details.voicemail, details.text_message, details.if_other_answers) == (False, False, "quiet")


def test_details_open_as_they_were_sealed():
    assert Details.from_bytes(DETAILS.to_bytes()) == DETAILS


@pytest.mark.parametrize(("about", "words"), [("", "Not said"), ("me", "Me"), ("someone_else", "Someone else")])
def test_details_say_who_it_is_about(about, words):
    assert Details("Jo", about=about).about_in_words == words


def test_details_read_a_number_aloud_with_its_extension():
    details = Details(name="Jo", phone="+18665121908;ext=5")
    assert details.phone_for_people == "(866) 512-1908 ext. 5"
