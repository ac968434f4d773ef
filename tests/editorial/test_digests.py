"""A page's digest changes with all that readers see of it, and with nothing else."""

import pytest
import reversion

from editorial.models import ChangeRecord, Reviewer, SignOff, Source
from editorial.text import snapshot
from editorial.text.digests import page_digest
from editorial.workflow import revisions
from editorial.workflow.change_kinds import record
from phases.models import Phase, Symptom
from tests.factories import make_article, make_phase, make_source, make_staff, make_symptom, make_treatment

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage():
    source = make_source()
    stage = make_phase(overview=f"It begins. [@{source.key}]")
    make_symptom(stage, name="Sweats", slug="sweats", position=2)
    make_symptom(stage, name="Aches", slug="aches", position=1)
    stage.treatments.add(make_treatment())
    return stage


def digest(stage):
    return page_digest(Phase.objects.get(pk=stage.pk))


def other(field, value):
    """Return another value that fits the field."""
    if field.choices:
        return next(choice for choice, _ in field.choices if choice != value)
    return (value or 0) + 1 if isinstance(value, int | type(None)) else f"{value} More."


def test_digest_of_a_stage_changes_with_each_field_that_readers_see(stage):
    seen = {digest(stage)}
    fields = ["name", "summary", "overview", "what_helps", "get_help", "onset_from", "end_to", "evidence"]
    for row, names in ((stage, fields), (stage.symptoms.first(), [*fields[0:1], "intensity", "end_to", "what_helps"])):
        for name in names:
            value = other(row._meta.get_field(name), getattr(row, name))
            type(row).objects.filter(pk=row.pk).update(**{name: value})
            seen.add(digest(stage))
    type(stage.treatments.first()).objects.update(name="Another name")
    seen.add(digest(stage))
    source = make_source(key="other")
    source.__class__.objects.exclude(pk=source.pk).update(title="Retracted")
    seen.add(digest(stage))
    assert len(seen) == 1 + len(fields) + 4 + 2


def test_digest_of_a_stage_stays_with_dates_state_address_and_search_words(stage):
    before = digest(stage)
    Phase.objects.update(slug="elsewhere", status="draft", reviewed_on=None, review_due_on=None)
    Symptom.objects.update(also_called="the shakes")
    assert digest(stage) == before


def test_digest_changes_with_what_readers_are_told_of_a_source_but_not_with_what_staff_are(stage):
    source = Source.objects.get()
    newer = make_source(key="newer")

    def of_source(**values):
        Source.objects.filter(pk=source.pk).update(**values)
        with_snapshot = page_digest(Phase.objects.get(pk=stage.pk), snapshot.ContentSnapshot())
        assert with_snapshot == digest(stage)
        return with_snapshot

    as_signed = digest(stage)
    assert of_source(note="For staff.", pmid="123", accessed_on="2026-11-01", kind="trial") == as_signed
    retracted, replaced = of_source(status="retracted"), of_source(status="superseded", superseded_by=newer)
    gone = of_source(status="gone", superseded_by=None, archive_url="https://web.archive.org/1")
    in_part = of_source(status="current", archive_url="", seen="part")
    assert len({as_signed, retracted, replaced, gone, in_part}) == 5
    assert of_source(seen="full") == as_signed


def test_digest_of_an_article_has_the_words_it_explains(stage):
    from editorial.models import GlossaryTerm

    term = GlossaryTerm.objects.create(slug="opioid", word="opioid", meaning="A medicine or a drug.")
    article = make_article(body="An opioid.")
    before = page_digest(article)
    term.meaning = "Another meaning."
    term.save()
    assert page_digest(article) != before


def test_page_as_of_a_version_is_the_page_then_with_its_rows_in_order(stage):
    with reversion.create_revision():
        stage.save()
    version = revisions.history(stage).first()
    before = digest(stage)
    Phase.objects.update(name="Changed")
    Symptom.objects.filter(name="Aches").delete()

    then = revisions.page_as_of(version)

    assert page_digest(then) == before
    assert [symptom.name for symptom in then.symptoms.all()] == ["Aches", "Sweats"]
    assert {symptom.phase.name for symptom in then.symptoms.all()} == {stage.name}


def test_sign_off_is_carried_by_a_change_of_wording_only(stage):
    def saved(kind, **values):
        before = digest(stage)
        with reversion.create_revision():
            Phase.objects.filter(pk=stage.pk).update(**values)
            stage.refresh_from_db()
            stage.save()
            record(stage, kind, note="Something is new.", before=before)
        return SignOff.objects.of(stage).filter(digest=digest(stage)).first()

    reviewer = Reviewer.objects.create(user=make_staff(), name="A", credentials="MD", conflicts="None")
    saved(ChangeRecord.Kind.NEW)
    SignOff.objects.create(
        page_type=ChangeRecord.objects.get().page_type, page_id=stage.pk, digest=digest(stage), reviewer=reviewer
    )
    assert saved(ChangeRecord.Kind.WORDING, summary="Other words.").wording_changed
    assert saved(ChangeRecord.Kind.UPDATE, summary="Other facts.") is None
    assert list(ChangeRecord.objects.of(stage).values_list("number", flat=True)) == [3, 2, 1]
