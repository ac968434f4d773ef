"""What happens to a translation when its English page is changed, taken down, deleted or brought back."""

import html as markup

import pytest
from django.utils import timezone
from reversion.models import Version

from tests.editorial.test_revisions import address, bring_back, form_of, save
from tests.factories import make_article, make_phase, make_symptom
from tests.translations.helpers import correct, translate
from tests.translations.test_admin import TABLE
from translations.models import Translation

pytestmark = pytest.mark.django_db


def test_address_of_another_translation_is_refused_at_the_field_with_its_title(admin):
    translate(make_article(), slug="espere", title="Espere")
    words = translate(make_article(title="Other", slug="other"), slug="otra")
    answer = admin.post(address(words), form_of(admin, words) | {"slug": "espere"})
    assert answer.context["adminform"].form.errors == {"slug": ["“Espere” has this address. Choose another slug."]}
    answer = admin.post(address(words), form_of(admin, words) | {"slug": "mañana"})
    assert "without accents" in str(answer.context["errors"])
    save(admin, words, slug="otra-mas")


def test_published_words_wait_for_their_english_and_for_their_stage(admin, client):
    page, stage = make_article(), make_phase()
    words, yawns = translate(page), translate(make_symptom(stage), slug="bostezos")
    told = save_and_read(admin, words)
    assert "Readers see it now" in told and "English has changed" not in told
    typed = form_of(admin, words)
    correct(page, body="Corrected.[@a-source]")  # while the form is open
    assert "The English has changed since" in admin.post(address(words), typed, follow=True).content.decode()
    type(page).objects.update(published_at=timezone.now() + timezone.timedelta(days=2))
    assert "once the English of “An article” is published" in save_and_read(admin, words)
    assert "View on site" not in admin.get(address(words)).content.decode()
    assert "once “A stage” in Español is published" in save_and_read(admin, yawns)
    version = Version.objects.get_for_object(words).last()
    type(page).objects.update(status="draft")
    assert "Not published" in admin.get(TABLE).content.decode()
    page.delete()
    assert "Its English page was deleted" in bring_back(admin, version).content.decode()
    assert not Translation.objects.filter(title=words.title, slug=words.slug).exists()


def save_and_read(client, words) -> str:
    return markup.unescape(client.post(address(words), form_of(client, words), follow=True).content.decode())


def test_accents_of_two_characters_and_hidden_ones_hide_neither_dose_nor_title(admin):
    words = translate(make_article(), title="Nauseas y vo\u0301mito")
    typed = form_of(admin, words) | {"body": "Tome dos pas\xadtillas de acetaminofe\u0301n.[@a-source]"}
    assert "no doses" in admin.post(f"{address(words)}checks/", typed).content.decode()
    assert "no doses" in str(admin.post(address(words), typed).context["errors"])
    for asked in ("vómito", "VOMITO", "náuseas"):
        assert "vómito" in admin.get(TABLE, {"words": asked}).content.decode(), asked


@pytest.mark.any_backend
def test_symptoms_keep_their_translations_when_their_stage_is_brought_back(admin, client):
    stage = make_phase()
    yawning = make_symptom(stage)
    translate(stage, slug="etapa")
    words = translate(yawning, slug="bostezos", title="Bostezos")
    save(admin, stage, **{"symptoms-0-name": "Yawns"})
    first = Version.objects.get_for_object(stage).last()
    assert "was brought back as it was" in bring_back(admin, first).content.decode()
    yawning.refresh_from_db()
    assert yawning.name == "Yawning" and Translation.objects.filter(pk=words.pk).exists()
    assert client.get("/es/sintomas/bostezos/").status_code == 200
    save(admin, stage, **{"symptoms-0-DELETE": "on"})
    assert client.get("/es/sintomas/bostezos/", follow=True).redirect_chain == [("/es/etapas/etapa/", 301)]
