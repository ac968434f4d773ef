"""The starter guide never overwrites what staff edited and never brings back what they removed."""

import pytest
from django.utils import timezone

from articles.models import Article, Topic
from editorial.loading import content_files, starter
from editorial.loading.content_files import Entry
from editorial.loading.starter import load_all, load_item
from editorial.models import ChangeRecord, Clinic, HelpLine, Source
from editorial.text.digests import page_digest
from editorial.workflow import revisions
from phases.models import Phase, Symptom, TreatmentOption
from tests.factories import make_phase, make_source

pytestmark = pytest.mark.django_db
KEY = {"key": "a-key"}
VALUES = {"organization": "First", "title": "Title"}


def test_item_is_added_once():
    assert load_item(Entry(Source, KEY, VALUES)) == "added"
    assert load_item(Entry(Source, KEY, VALUES)) == "unchanged"
    assert Source.objects.count() == 1


def test_item_nobody_edited_follows_its_file():
    load_item(Entry(Source, KEY, VALUES))
    assert load_item(Entry(Source, KEY, VALUES | {"title": "Better"})) == "updated"
    assert Source.objects.get().title == "Better"


def test_item_staff_edited_is_kept():
    load_item(Entry(Source, KEY, VALUES))
    Source.objects.update(title="By staff")
    assert load_item(Entry(Source, KEY, VALUES | {"title": "Better"})) == "kept"
    assert Source.objects.get().title == "By staff"


def test_item_staff_removed_stays_removed():
    load_item(Entry(Source, KEY, VALUES))
    Source.objects.all().delete()
    assert load_item(Entry(Source, KEY, VALUES)) == "kept"
    assert not Source.objects.exists()


def test_item_staff_made_first_is_kept():
    Source.objects.create(key="a-key", organization="Staff", title="Staff")
    assert load_item(Entry(Source, KEY, VALUES)) == "kept"


def test_clinic_number_staff_changed_survives_the_next_start():
    starter.load(starter)
    Clinic.objects.update(phone="800-555-0100")
    starter.load(starter)
    assert Clinic.objects.get().phone == "800-555-0100"


def test_whole_guide_loads_and_loads_nothing_twice(guide):
    import articles.starter
    import phases.starter

    counts = [model.objects.count() for model in (Phase, Symptom, Article, Source)]
    again = starter.load(phases.starter) + starter.load(articles.starter) + starter.load(starter)
    assert set(again) == {"unchanged"}
    assert counts == [model.objects.count() for model in (Phase, Symptom, Article, Source)]


def test_relation_staff_changed_is_kept_when_the_file_changes():
    topic = Topic.objects.create(name="T", slug="t", description="D")
    values = {"title": "A", "summary": "S", "body": "B"}
    load_item(Entry(Article, {"slug": "a"}, values, {"topics": [topic]}))
    Article.objects.get().topics.clear()
    assert load_item(Entry(Article, {"slug": "a"}, values | {"title": "Better"}, {"topics": [topic]})) == "kept"
    assert not Article.objects.get().topics.exists()


def test_names_staff_changed_cut_no_link_between_pages(guide):
    import articles.starter
    import phases.starter

    Topic.objects.filter(slug="staying-safe").update(slug="safety")
    Phase.objects.filter(slug="peak-withdrawal").update(slug="peak")
    TreatmentOption.objects.filter(slug="methadone").update(slug="methadone-treatment")
    Source.objects.filter(key="cdc-overdose-response").update(key="cdc")

    def links():
        return (
            Topic.objects.get(slug="safety").articles.count(),
            Phase.objects.get(slug="peak").articles.count(),
            Phase.objects.get(slug="peak").symptoms.count(),
            TreatmentOption.objects.get(slug="methadone-treatment").phases.count(),
            HelpLine.objects.get(slug="911").source_id,
        )

    before = links()
    assert set(starter.load(starter) + starter.load(phases.starter) + starter.load(articles.starter)) == {"unchanged"}
    assert links() == before and all(before)


def test_row_staff_renamed_still_follows_its_file():
    load_item(Entry(Source, KEY, VALUES))
    Source.objects.update(key="renamed")
    assert load_item(Entry(Source, KEY, VALUES | {"title": "Better"})) == "updated"
    assert Source.objects.get().title == "Better" and Source.objects.get().key == "renamed"


def test_column_added_since_a_row_was_loaded_is_filled_in(db):
    """A database of an earlier version gets the new facts of a page nobody edited, and nothing on one somebody did."""
    from tests.factories import make_treatment

    new = {"place": "home", "compare_note": "New.[@a-source]"}
    typed = {"untouched": {}, "edited": {"summary": "By staff"}, "new-typed": {"compare_note": "By staff"}}
    for slug, touched in typed.items():
        row = make_treatment(slug=slug, name=slug)
        row.delete()
        names = (
            "name",
            "kind",
            "position",
            "summary",
            "body",
            "status",
            "published_at",
            "reviewed_on",
            "review_due_on",
        )
        values = {name: getattr(row, name) for name in names}
        load_item(Entry(TreatmentOption, {"slug": slug}, values))
        if touched:
            TreatmentOption.objects.filter(slug=slug).update(**touched)
        assert load_item(Entry(TreatmentOption, {"slug": slug}, values | new)) == ("kept" if touched else "updated")
        assert load_item(Entry(TreatmentOption, {"slug": slug}, values | new)) == ("kept" if touched else "unchanged")
    assert TreatmentOption.objects.get(slug="untouched").place == "home"
    assert TreatmentOption.objects.get(slug="edited").place == "not-known"


@pytest.mark.parametrize("pages", ["articles", "phases"])
def test_page_of_the_guide_nobody_edited_follows_its_file(guide, monkeypatch, pages):
    """A corrected medical text must reach readers: every page of the guide, with its dates and relations."""
    import articles.starter
    import phases.starter

    room = {"articles": articles.starter, "phases": phases.starter}[pages]
    for name in ("read_page", "read_yaml"):
        monkeypatch.setattr(content_files, name, _corrected(getattr(content_files, name)))
    outcomes = starter.load(room)
    assert outcomes["kept"] == 0
    assert outcomes["updated"] >= 14
    assert (Article if pages == "articles" else Phase).objects.filter(summary="Corrected.").exists()


def _corrected(read):
    def corrected(path):
        page = read(path)
        return page | {"summary": "Corrected."} if isinstance(page, dict) and "summary" in page else page

    return corrected


def test_pages_that_a_release_brings_or_changes_are_in_their_public_history():
    make_source()
    topic = Topic.objects.create(name="T", slug="t", description="D")
    dates = {"published_at": timezone.now(), "reviewed_on": "2026-01-01", "review_due_on": "2027-01-01"}
    values = {"title": "A", "summary": "S", "body": "B [@a-source]", "status": "published", **dates}
    symptom = {"name": "Chills", "intensity": "mild", "confidence": "low", "description": "D", "what_helps": "W"}
    symptom |= {"onset_from": 8, "onset_to": 12, "end_from": 70, "end_to": 90}

    def loaded(body="B [@a-source]", *, note="", days=False, chills="D"):
        article = values | {"body": body} | ({"review_due_on": "2027-02-02"} if days else {})
        entries = [Entry(Article, {"slug": "a"}, article, {"topics": [topic]})]
        if phase:
            of_phase = {"phase": phase} | symptom | {"description": chills}
            entries += [Entry(Phase, {"slug": phase.slug}, {}), Entry(Symptom, {"slug": "c"}, of_phase, is_part=True)]
        load_all(entries, note)
        return list(ChangeRecord.objects.order_by("pk").values_list("kind", "number", "note"))

    phase = None
    first = [("new", 1, "")]
    assert loaded() == first and loaded() == first and loaded(days=True) == first
    second = [*first, ("update", 2, "Updated with a release of this guide.")]
    assert loaded("Better. [@a-source]") == second
    assert loaded("Best. [@a-source]", note="Naloxone is new.")[2:] == [("update", 3, "Naloxone is new.")]
    article = Article.objects.get()
    assert len(revisions.history(article)) == 4
    assert ChangeRecord.objects.of(article).first().digest == page_digest(article)
    phase = make_phase()
    assert loaded("Best. [@a-source]")[3:] == [("update", 1, "Updated with a release of this guide.")]
    loaded("Best. [@a-source]", chills="More.", note="Chills last longer.")
    kept = revisions.history(phase)
    assert [version.revision.get_comment() for version in kept][0] == "Chills last longer." and len(kept) == 3
