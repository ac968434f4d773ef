"""A page names a reviewer only while it says exactly what they signed."""

import re

import pytest
import reversion

from articles.models import Article
from editorial.models import ChangeRecord, GlossaryTerm, Reviewer, SignOff, Source
from editorial.text import snapshot
from editorial.workflow import change_kinds
from editorial.workflow.sign_off import medical_review, names_medicine
from phases.models import Phase, TreatmentOption
from tests.editorial.test_drafts import save_draft
from tests.editorial.test_revisions import address, form_of
from tests.factories import PASSWORD, make_article, make_phase, make_staff, make_symptom, make_treatment

pytestmark = pytest.mark.django_db

LINE = "Reviewed by"
NOTE = "The hours were wrong; these are right."


@pytest.fixture
def reviewer():
    user = make_staff("clinician", roles=("Medical reviewers",))
    values = {"name": "Jo Roe", "credentials": "MD", "conflicts": "None", "profile_url": "https://example.org/jo"}
    return Reviewer.objects.create(user=user, **values)


@pytest.fixture
def signed_in(client, reviewer):
    """The reviewer's window; `admin` is another one."""
    window = type(client)()
    window.login(username="clinician", password=PASSWORD)
    return window


def make_page(kind):
    GlossaryTerm.objects.get_or_create(slug="opioid", word="opioid", meaning="A drug.")
    if kind == "phase":
        page = make_phase()
        page.treatments.add(make_treatment())
        make_symptom(page)
        return page
    return make_treatment() if kind == "treatment" else make_article(body="An opioid.[@a-source]")


def sign(window, page, query=""):
    html = window.get(address(page, "sign") + query).content.decode()
    digest = re.search(r'name="digest" value="(\w+)"', html)
    assert digest, html
    return window.post(address(page, "sign") + query, {"digest": digest[1]}, follow=True)


def places(page):
    """Each address at which readers are told of the review."""
    rows = page.symptoms.all() if isinstance(page, Phase) else ()
    return [page.get_absolute_url(), *(row.get_absolute_url() for row in rows)]


def told(client, page):
    """What the pages say, and what they say to machines; the same on each."""
    found = set()
    for path in places(page):
        html = client.get(path).content.decode()
        found.add((LINE in html, '"reviewedBy"' in html, "Small wording changes" in html))
    (only,) = found
    return only


def named(page):
    """Whom the pages name, by the rule that they follow."""
    return medical_review(type(page).objects.get(pk=page.pk), snapshot.current()).name


def mutations(page):
    """Each change of anything that readers see, as what to save."""
    fields = {
        Article: "title summary body",
        TreatmentOption: "name summary what_it_does how_to_get_it may_suit watch_out evidence_note body compare_note",
    }
    of_stage = "name summary timing_note evidence_note overview what_helps get_help what_comes_next"
    for name in fields.get(type(page), of_stage).split():
        yield page, name, f"{getattr(page, name)} More."
    if isinstance(page, Phase):
        yield page, "end_to", page.end_to + 1
        symptom = page.symptoms.get()
        yield from (
            (symptom, name, f"{getattr(symptom, name)} More.")
            for name in ("name", "description", "what_helps", "get_help")
        )
        yield symptom, "end_to", symptom.end_to + 1
        yield symptom, "intensity", "severe"
        yield page.treatments.get(), "name", "Another name"
    source = Source.objects.get()
    yield from ((source, name, "Other") for name in ("organization", "title"))
    if isinstance(page, Article):
        yield GlossaryTerm.objects.get(), "meaning", "Another meaning."


@pytest.mark.parametrize("kind", ["article", "treatment", "phase"])
def test_line_goes_with_each_change_of_what_readers_see(client, admin, signed_in, kind):
    """The pages are opened after the first change of each kind of row, and at the end."""
    page, opened_for = make_page(kind), set()
    assert told(client, page) == (False, False, False)
    sign(signed_in, page)
    assert told(client, page) == (True, True, False)
    for row, name, value in mutations(page):
        was = getattr(row, name)
        setattr(row, name, value)
        row.save()
        assert not named(page), name
        if type(row) not in opened_for:
            assert told(client, page) == (False, False, False), name
            opened_for.add(type(row))
        setattr(row, name, was)
        row.save()
        assert named(page) == "Jo Roe", name
    assert told(client, page) == (True, True, False)
    type(page).objects.update(reviewed_on="2026-02-02")
    page.save()
    assert told(client, page)[0]


@pytest.mark.parametrize("kind", ["article", "treatment", "phase"])
def test_wording_keeps_the_line_and_a_correction_drops_it_and_all_older_signatures(client, admin, signed_in, kind):
    page = make_page(kind)
    sign(signed_in, page)
    first = form_of(admin, page)
    assert admin.post(address(page), form_of(admin, page) | {"summary": page.summary + " Yes."}).status_code == 302
    assert told(client, page) == (True, True, True)
    wrong = {"change_kind": "correction", "change_note": NOTE}
    posted = form_of(admin, page) | {"summary": page.summary + " No."} | wrong
    assert admin.post(address(page), posted).status_code == 302
    assert told(client, page) == (False, False, False)
    assert "waiting for medical review" in client.get(page.get_absolute_url()).content.decode()
    listed = admin.get(f"/admin/{page._meta.app_label}/{page._meta.model_name}/?needs=corrected").context["cl"]
    assert page in listed.result_list
    # The text that was signed comes back: it was corrected, so its signature does not count.
    admin.post(address(page), form_of(admin, page) | {"summary": first["summary"]} | wrong)
    assert told(client, page) == (False, False, False)
    ChangeRecord.objects.update(at="2126-12-01T03:00Z")  # in New York, the evening before
    snapshot.forget()
    assert "Changed on November 30, 2126" in client.get(page.get_absolute_url()).content.decode()


def test_source_that_changed_is_not_carried_past_by_a_change_of_wording(client, admin, signed_in):
    page = make_page("treatment")
    sign(signed_in, page)
    source = Source.objects.get()
    source.title = "Retracted"
    source.save()
    html = admin.post(address(page), form_of(admin, page) | {"summary": page.summary + " Yes."}).content.decode()
    assert change_kinds.SIGN_FIRST in html and not told(client, page)[0]


def test_reviewer_signs_only_what_was_shown_and_not_their_own_words(client, admin, signed_in, reviewer):
    page = make_page("treatment")
    stale = signed_in.get(address(page, "sign")).content.decode()
    digest = re.search(r'name="digest" value="(\w+)"', stale)[1]
    page.summary += " Yes."
    page.save()
    said = signed_in.post(address(page, "sign"), {"digest": digest}, follow=True).content.decode()
    assert "The page changed while you read it" in said and not SignOff.objects.exists()
    with reversion.create_revision():
        reversion.set_user(reviewer.user)
        before = change_kinds.public_state(page)
        page.summary += " Mine."
        page.save()
        change_kinds.record_save(page, before, "correction", note=NOTE)
    html = signed_in.get(address(page, "sign")).content.decode()
    assert "You wrote this text" in html and 'name="digest"' not in html
    now = ChangeRecord.objects.get().digest
    signed_in.post(address(page, "sign"), {"digest": now})
    assert not SignOff.objects.exists()
    Source.objects.update(title="Another")  # which gives their words another digest
    assert 'name="digest"' not in signed_in.get(address(page, "sign")).content.decode()
    assert admin.get(address(page, "sign")).status_code == 403


def test_sign_page_shows_what_differs_from_the_last_signed_text(admin, signed_in):
    page = make_page("treatment")
    sign(signed_in, page)
    changed = {"watch_out": "Other.[@a-source]", "change_kind": "correction", "change_note": NOTE}
    admin.post(address(page), form_of(admin, page) | changed)
    save_draft(admin, page, watch_out="Unpublished.[@a-source]")
    admin.post(address(page, "draft"), {"throw_away": ""})
    html = signed_in.get(address(page, "sign")).content.decode()
    assert "<del>Words</del>" in html and "<ins>Other</ins>" in html and "An office: A report" in html
    assert "Unpublished" not in html
    assert "You signed" in sign(signed_in, page).content.decode()


def test_with_a_reviewer_medical_texts_go_live_only_signed(client, admin, signed_in):
    page = make_page("article")
    update = {"change_kind": "update", "change_note": "New."}
    plain = form_of(admin, page) | update
    assert admin.post(address(page), plain | {"body": "Sleep well.[@a-source]"}).status_code == 302
    with_medicine = form_of(admin, page) | update | {"body": "Take Methadone.[@a-source]"}
    html = admin.post(address(page), with_medicine).content.decode()
    page.refresh_from_db()
    assert (
        change_kinds.SIGN_FIRST in html and page.body == "Sleep well.[@a-source]" and ChangeRecord.objects.count() == 1
    )
    assert admin.post(address(page), with_medicine | {"change_kind": "safety-correction"}).status_code == 302

    draft = make_treatment(name="New", slug="new", status="draft")
    picked = {"action": "publish", "_selected_action": [draft.pk]}
    assert change_kinds.SIGN_FIRST in admin.post("/admin/phases/treatmentoption/", picked, follow=True).content.decode()
    sign(signed_in, draft)
    admin.post("/admin/phases/treatmentoption/", picked)
    draft.refresh_from_db()
    assert draft.is_published() and told(client, draft)[0]


def test_signing_a_draft_does_not_change_the_live_page(client, admin, signed_in):
    page = make_page("article")
    save_draft(admin, page, "_send_to_review", body="Sleep well.[@a-source]")
    assert "once it is published" in sign(signed_in, page).content.decode()
    assert "signed the draft on" in admin.get(address(page)).content.decode()
    html = client.get(page.get_absolute_url()).content.decode()
    assert "Awaiting medical review" in html and "Changed" not in html
    admin.post(address(page), form_of(admin, page) | {"change_kind": "update", "change_note": "New."})
    assert told(client, page)[0]


def test_without_a_reviewer_nothing_is_refused_and_only_an_administrator_adds_one(client, admin):
    page = make_page("treatment")
    update = form_of(admin, page) | {"summary": page.summary + " Yes.", "change_kind": "update", "change_note": "New."}
    assert admin.post(address(page), update).status_code == 302
    values = {"user": make_staff("roe").pk, "name": "Jo", "credentials": "MD", "conflicts_on": "2026-11-29"}
    values["is_active"] = "on"
    assert (
        "conflicts" in str(admin.post("/admin/editorial/reviewer/add/", values).context["errors"])
        or not Reviewer.objects.exists()
    )
    assert admin.post("/admin/editorial/reviewer/add/", values | {"conflicts": "None"}).status_code == 302
    client.force_login(make_staff("other", roles=("Editors", "Publishers")))
    assert client.get("/admin/editorial/reviewer/add/").status_code == 403
    assert "Jo" in client.get("/reviewers/").content.decode()


def test_each_medicine_of_the_guide_is_known_as_one(guide):
    for page in TreatmentOption.objects.filter(kind="medication"):
        assert names_medicine(page.name, page.also_called, page.body), page
    assert names_medicine("METHADONE") and names_medicine("Sleep", "benzos") and names_medicine("Vivitrol.")
    assert names_medicine("Take Benadryl.") and not names_medicine("Heroin, fentanyl and kratom.")
    assert not names_medicine("Sleep, water and people.")
