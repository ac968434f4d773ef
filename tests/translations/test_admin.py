"""A translator finds what is missing or behind, sees what changed, and says what is right; each is recorded."""

import html as markup
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from articles.models import Article
from editorial.models import ChangeRecord, OldAddress, Reviewer
from editorial.models.changes import type_of
from tests.editorial.test_drafts import save_draft
from tests.editorial.test_revisions import address, fields_of, form_of, save
from tests.factories import DATES, PASSWORD, make_article, make_phase, make_staff, make_symptom, make_treatment
from tests.translations.helpers import SUMMARY, correct, translate
from translations import table
from translations.models import Translation

pytestmark = pytest.mark.django_db

TABLE = "/admin/translations/translation/table/"


def read(client, path: str) -> str:
    response = client.get(path, follow=True)
    assert response.status_code == 200, path
    return markup.unescape(response.content.decode())


def states(client) -> dict[str, int]:
    found = re.findall(r"<b>(\d+)</b> ([^<]+)</a>", read(client, TABLE))
    return {name: int(count) for count, name in found}


def test_translation_is_begun_written_published_and_found_at_its_old_address(admin, client):
    page = make_article(body="Wait 24 hours.[@a-source]")
    assert states(admin)["Not translated"] == 1 and "Translate it" in read(admin, address(page))
    begin = f"/admin/translations/translation/begin/{type_of(page).pk}/{page.pk}/es/"
    assert admin.get(begin)["Location"] == "/admin/translations/translation/"
    form = admin.post(begin).url
    assert admin.post(begin).url == form
    words = Translation.objects.get()
    shown = read(admin, form)
    assert "Wait 24 hours.[@a-source]" in shown and "id_what_helps" not in shown and "id_body" in shown
    typed = {"title": "Espere", "summary": SUMMARY, "body": "Espere.[@a-source]", "slug": "espere"}
    panel = admin.post(f"{form}checks/", typed).content.decode()
    assert 'href="#id_body"' in panel and "does not: 24" in panel and "INFLESZ" in panel
    save(admin, words, **typed | {"body": "Espere 24 horas.[@a-source]"})
    assert "Espere 24 horas." in read(admin, address(words, "preview")) and states(admin)["Draft"] == 1
    save(admin, words, status="published", **DATES)
    assert "Espere 24 horas." in read(client, "/es/articulos/espere/")
    save(admin, words, slug="espere-un-dia")
    assert read(client, "/es/articulos/espere/") == read(client, "/es/articulos/espere-un-dia/")
    assert OldAddress.objects.filter(path="/es/articulos/espere/").exists()
    assert "Español: Espere" in read(admin, address(page)) and states(admin)["Published"] == 1


def test_translator_sees_each_changed_paragraph_and_confirms_with_or_without_an_edit(admin):
    page = make_article(body="First.[@a-source]\n\nTake it at once.\n\nLast.")
    words = translate(page)
    assert "has changed since" not in read(admin, address(words))
    correct(page, body="First.[@a-source]\n\nWait an hour.\n\nLast.")
    assert states(admin)["English corrected for safety"] == 1
    translate(other := make_treatment())
    correct(other, "wording", body="One.[@a-source]\n\nTwo.", may_suit="Some.[@a-source]")
    shown = read(admin, TABLE)
    assert "1 paragraph changed" in shown and "3 paragraphs changed" in shown
    Translation.objects.exclude(pk=words.pk).delete()
    assert "corrected for safety" in read(admin, "/admin/")
    shown = read(admin, address(words))
    assert "<del>Take</del>" in shown and "<ins>hour</ins>" in shown and "It was wrong." in shown
    changes = shown[shown.index('id="changed"') : shown.index("Still right</button>")]
    assert "First" not in changes
    digest = re.search(r'name="english" value="(\w+)"', shown)[1]

    save(admin, words, body="Espere.[@a-source]")  # the box is not checked
    words.refresh_from_db()
    assert words.is_stale and words.body == "Espere.[@a-source]"
    correct(page, "wording", summary=page.summary + "!")
    told = admin.post(address(words, "still-right"), {"english": digest}, follow=True).content.decode()
    assert "changed again" in told and words.is_stale
    told = admin.post(address(words), form_of(admin, words) | {"taken_over": digest}).content.decode()
    assert "changed again" in told and Translation.objects.get().is_stale
    digest = re.search(r'name="english" value="(\w+)"', read(admin, address(words)))[1]
    save(admin, words, taken_over=digest, summary=SUMMARY + "!")
    assert not Translation.objects.get().is_stale and "English corrected for safety" not in states(admin)

    correct(page, "wording", summary=page.summary + "?")
    digest = re.search(r'name="english" value="(\w+)"', read(admin, address(words)))[1]
    told = admin.post(address(words, "still-right"), {"english": digest}, follow=True).content.decode()
    assert "is up to date with the English again" in told
    last = ChangeRecord.objects.of(words).first()
    assert (last.kind, last.by.username) == ("checked", "chief") and not Translation.objects.get().is_stale
    assert "Still right" in read(admin, address(words, "history"))


def test_draft_beside_the_live_words_confirms_only_once_it_is_published(admin, client):
    page = make_article()
    words = translate(page, body="Ahora.[@a-source]")
    correct(page, "wording", body="Other.[@a-source]")
    digest = re.search(r'name="english" value="(\w+)"', read(admin, address(words)))[1]
    save_draft(admin, words, body="Otro.[@a-source]", taken_over=digest)
    assert "Ahora." in read(client, "/es/articulos/una-pagina/") and Translation.objects.get().is_stale
    told = admin.post(address(words, "draft"), {"make_link": ""}, follow=True).content.decode()
    assert "Otro." in read(client, re.search(r"/review/[^\"/<]+/", told)[0])
    assert "Otro." in read(admin, address(words, "preview") + "?of=draft") and f'value="{digest}"' in read(
        admin, address(words)
    )
    save(admin, words)
    assert "Otro." in read(client, "/es/articulos/una-pagina/") and not Translation.objects.get().is_stale


def test_only_a_publisher_confirms_live_words_and_a_clinician_signs_them(client, admin):
    page = make_treatment()
    words = translate(page)
    correct(page, "wording", body="Other.[@a-source]")
    for username, role in (("writer", "Editors"), ("doc", "Medical reviewers")):
        make_staff(username, roles=(role,))
    client.login(username="writer", password=PASSWORD)
    assert "Still right" not in read(client, address(words))
    assert client.post(address(words, "still-right"), {"english": "x"}).status_code == 403
    doc = Reviewer.objects.create(
        name="Ana Roe",
        credentials="MD",
        conflicts="None",
        user=ChangeRecord.by.field.related_model.objects.get(username="doc"),
    )
    client.login(username="doc", password=PASSWORD)
    shown = read(client, address(words, "sign"))
    digest = re.search(r'name="digest" value="(\w+)"', shown)[1]
    assert "Palabras de what_it_does." in shown and '<html lang="es-US">' in shown
    client.post(address(words, "sign"), {"digest": digest})
    assert f"Reviewed by {doc.name}" not in read(client, page.get_absolute_url())
    assert doc.name in read(client, "/es/tratamientos/una-pagina/")


def test_stage_symptom_and_word_have_forms_of_their_own(admin, guide):
    kinds = {each.model._meta.model_name: each for each in Translation.objects.all()}
    assert set(kinds) == {model._meta.model_name for model in table.models()}
    for name, words in kinds.items():
        html = admin.get(address(words)).content.decode()
        shown = markup.unescape(html)
        assert (name == "symptom") <= ("The same in every language" in shown)
        if name in {"article", "phase", "symptom", "treatmentoption"}:
            assert words.title in read(admin, address(words, "preview"))
        else:
            assert admin.get(address(words, "preview")).status_code == 404
        assert admin.post(address(words), fields_of(html, words)).status_code == 302
        assert "begins" in shown or name != "symptom"
        assert "id_slug" not in shown or name != "helpline"


def test_publishing_a_safety_correction_warns_first_and_names_what_is_to_be_translated(admin):
    stage = make_phase()
    symptom = make_symptom(stage)
    page = make_article()
    assert "out of date from then on" not in read(admin, address(stage))
    translate(symptom, title="Bostezos", slug="bostezos")
    assert "out of date from then on" in read(admin, address(stage))
    translate(page, title="Página")
    form = form_of(admin, page) | {
        "body": "Right.[@a-source]",
        "change_kind": "safety-correction",
        "change_note": "It.",
    }
    told = admin.post(address(page), form, follow=True).content.decode()
    assert "To be translated now" in told and "Página" in told


def test_preview_and_checks_of_a_translation_of_no_page_are_not_found(admin):
    address = "/admin/translations/translation/add/preview/"
    assert admin.get(address).status_code == admin.post(address).status_code == 404
    assert admin.post("/admin/translations/translation/add/checks/").status_code == 404


def test_table_of_thousands_takes_few_queries_and_is_filtered(admin):
    make_article()
    one = Article.objects.get()
    copies = [
        Article(
            **{f.attname: getattr(one, f.attname) for f in Article._meta.concrete_fields}
            | {"pk": None, "id": None, "slug": f"a-{n}", "title": f"Page {n}"}
        )
        for n in range(2000)
    ]
    Article.objects.bulk_create(copies)
    translate(Article.objects.get(slug="a-7"), title="Siete", slug="siete")
    with CaptureQueriesContext(connection) as queries:
        shown = read(admin, f"{TABLE}?state=published&kind=article&language=es&words=page+7")
    assert len(queries) < 30 and "Siete" in shown and "Page 8" not in shown
    assert "Siete" not in read(admin, f"{TABLE}?state=published&kind=phase")
    assert "Page 1 of 20" in read(admin, f"{TABLE}?state=missing")
