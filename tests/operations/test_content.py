"""Content goes out to files and comes in again, exactly; what cannot be taken as it is changes nothing."""

import datetime
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.utils import timezone

from articles.models import Article, Topic
from editorial.models import Clinic, GlossaryTerm, HelpLine, OpeningTime, Picture, Source, SpecialDay, pictures
from editorial.models.changes import ChangeRecord
from editorial.models.reviewers import Reviewer, sign
from editorial.text.digests import page_digest
from editorial.values import images
from editorial.workflow import revisions
from editorial.workflow.sign_off import is_signed
from operations.content import FOLDERS
from phases.models import Phase, Symptom, TreatmentOption
from tests.editorial.test_images import picture as sample
from tests.factories import make_article, make_staff
from translations.models import Translation

pytestmark = pytest.mark.django_db


def starter() -> dict[str, str]:
    return files_in(settings.BASE_DIR, "starter")


def files_in(folder: Path, below: str = "") -> dict[str, str]:
    found = {}
    for room in FOLDERS:
        for path in (folder / room / below).rglob("*.*"):
            found[f"{room}/{path.relative_to(folder / room / below)}"] = path.read_bytes().decode()
    return found


def exported(folder: Path) -> dict[str, str]:
    call_command("export_content", folder, verbosity=0)
    return files_in(folder)


def put(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text.encode())
    return folder


def imported(folder: Path, capsys, *options: str) -> str:
    capsys.readouterr()
    call_command("import_content", folder, *options)
    return capsys.readouterr().out


def test_fresh_guide_goes_out_as_the_very_files_it_came_from(guide, tmp_path, capsys):
    assert exported(tmp_path) == starter()
    assert imported(tmp_path, capsys, "--dry-run") == "0 would change.\n"


def edit_everything() -> None:
    """Leave content as staff could: through forms, at odd times, in every state."""
    stage, source = Phase.objects.get(position=2), Source.objects.get(key="va-naloxone")
    article = Article.objects.get(slug="craving-right-now")
    article.body = article.body.replace("\n", "\r\n").strip() + "\r\n\r\nMore."
    article.published_at = timezone.now() - datetime.timedelta(days=3, seconds=7)
    article.also_called = "one,two, three"
    article.save()
    article.topics.clear()
    make_article(slug="a-draft", status="draft", published_at=None, reviewed_on=None, review_due_on=None)
    Article.objects.filter(slug="test-strips").update(status="archived")
    stage.symptoms.filter(slug="diarrhea").delete()
    Symptom.objects.filter(slug="goosebumps-and-chills").update(
        name="Goose bumps", position=7, peak_from=None, peak_to=None
    )
    TreatmentOption.objects.filter(slug="methadone").update(reviewed_on="2026-11-28", medical_reviewer="Jo Doe, MD")
    source.status, source.superseded_by = "superseded", Source.objects.get(key="acog-711")
    source.accessed_on, source.published_on, source.note = datetime.date(2026, 1, 2), "2017-05", 'A "note": no'
    source.save()
    GlossaryTerm.objects.filter(slug="detox").delete()
    Topic.objects.filter(slug="medicines").update(position=5)
    clinic = Clinic.objects.get()
    OpeningTime.objects.create(clinic=clinic, weekday=0, opens=datetime.time(9), closes=datetime.time(17, 30))
    SpecialDay.objects.create(clinic=clinic, day=datetime.date(2026, 12, 25))
    clinic.call_within_hours = 4
    clinic.list_hours()
    clinic.save()


def test_edited_guide_goes_out_and_comes_back_exactly_with_a_revision_for_each_page(guide, tmp_path, capsys):
    edit_everything()
    edited = exported(tmp_path / "edited")
    back = put(tmp_path / "starter", starter())

    told = imported(back, capsys, "--dry-run")
    assert "changed  article craving-right-now: also_called, body, published_at, topics" in told
    assert "archived article a-draft" in told and "added    glossary term detox" in told
    assert "changed  clinic details Clinic helpline: call_within_hours, opening_times, special_days" in told
    assert exported(tmp_path / "again") == edited, "a dry run changes nothing"
    with pytest.raises(CommandError, match="--note"):
        imported(back, capsys)

    assert imported(back, capsys, "--note", "Back to the start.").splitlines()[:-1] == told.splitlines()[:-1]
    Article.objects.get(slug="a-draft", status="archived").delete()
    assert exported(tmp_path / "again") == starter()
    assert not Clinic.objects.get().listed_hours
    for page in (Article.objects.get(slug="craving-right-now"), Phase.objects.get(slug="peak-withdrawal")):
        assert revisions.history(page).first().revision.comment == "Back to the start."
        record = ChangeRecord.objects.of(page).first()
        assert (record.kind, record.note, record.number) == ("update", "Back to the start.", 2)
    assert ChangeRecord.objects.of(Article.objects.get(slug="help-for-veterans")).get().kind == "new"

    imported(tmp_path / "edited", capsys, "--kind", "wording")
    assert exported(tmp_path / "again") == edited
    assert Clinic.objects.get().listed_hours


def test_imported_wording_keeps_the_reviewers_name(guide, tmp_path, capsys):
    page = Article.objects.get(slug="test-strips")
    reviewer = Reviewer.objects.create(user=make_staff(), name="Jo Roe", credentials="MD", conflicts="None")
    sign(page, page_digest(page), reviewer)
    imported(put(tmp_path, starter() | {STRIPS: f"{starter()[STRIPS]}\nMore.\n"}), capsys, "--kind", "wording")
    page.refresh_from_db()
    assert page.body.endswith("More.\n") and is_signed(page, page_digest(page))


STRIPS = "articles/test-strips.md"
#: In a file, some text, what is there instead, and what is told of it: alone, as nothing behind it is read, or with
#: the others.
CONTACTS = "editorial/contacts.yaml"
UNREAD = [
    (STRIPS, "slug: test-strips\n", "slug: test-strips\nstaff: me\n", "no field named staff"),
    (STRIPS, "slug: test-strips\n", "slug: craving-right-now\n", "article craving-right-now is in the files twice"),
    (STRIPS, "topics: [", "topics: [no-such, ", "no topic named no-such"),
    (STRIPS, "---\n", "", "articles/test-strips.md: The fields of the page come first"),
    (STRIPS, "title: ", "title: New: ", "articles/test-strips.md: mapping values"),
    (STRIPS, "reviewed_on: 2", "reviewed_on: soon 2", "must be in YYYY-MM-DD format"),
    (STRIPS, "reviewed_on: 2", "# 2", "article test-strips, reviewed_on: Needed before this page can be published"),
    (STRIPS, "slug: test-strips\n", "slug: Test Strips\n", "article Test Strips, slug: Use letters"),
    (STRIPS, "title: ", "title: yes # ", "title: put the text in quotes, which reads as True"),
    (STRIPS, "topics: ", "# ", "missing: 'topics'"),
    ("phases/phases/peak-withdrawal.yaml", "slug: diarrhea\n", "slug: yawning\n", "symptom yawning, .* Another"),
    (CONTACTS, starter()[CONTACTS], "", f"{CONTACTS}: There are no fields"),
]
REFUSED = [
    (STRIPS, "[@samhsa-test-strips", "[@no-such", "article test-strips, body: There is no source named no-such"),
    ("editorial/sources.yaml", "url: https://doi.org/10.1111/add.13512", "url: javascript:a", "url: .*https://"),
    (CONTACTS, 'slug: "911"', 'slug: "912"', "911 must stay"),
]


def test_files_with_mistakes_change_nothing_and_each_is_reported(guide, tmp_path, capsys):
    files = starter()
    files["articles/fentanyl-and-todays-supply.md"] += "\nMore.\n"
    folder = put(tmp_path / "in", files)
    for mistakes in [REFUSED, *([each] for each in UNREAD)]:
        for name, before, after, _ in mistakes:
            text = (folder / name).read_text()
            assert before in text
            (folder / name).write_text(text.replace(before, after))
        with pytest.raises(CommandError) as refused:
            imported(folder, capsys, "--note", "A note.")
        for *_, told in mistakes:
            assert re.search(told, str(refused.value)), told
        put(folder, {name: files[name] for name, *_ in mistakes})
    assert exported(tmp_path / "out") == starter()


def test_half_an_export_archives_no_page(guide, tmp_path, capsys):
    for room in FOLDERS:
        folder = put(tmp_path / room, {name: text for name, text in starter().items() if not name.startswith(room)})
        with pytest.raises(CommandError, match=f"{room} is missing"):
            imported(folder, capsys, "--note", "A note.")
    assert exported(tmp_path / "out") == starter()


def test_export_deletes_nothing_but_what_an_export_left(guide, tmp_path):
    put(tmp_path, {"articles/notes.md": "Ours."})
    with pytest.raises(CommandError, match="articles/notes.md would be lost, and no export wrote it"):
        exported(tmp_path)
    assert files_in(tmp_path) == {"articles/notes.md": "Ours."}
    others = put(tmp_path / "new", dict.fromkeys(("README.md", ".git/config", "pictures/wedding.jpg"), "Ours."))
    for _ in range(2):
        assert exported(others) == starter()
        put(others, {"articles/gone.md": "", f"pictures/{'0' * 32}.jpg": ""})
    exported(others)
    kept = {path.relative_to(others).as_posix() for path in others.rglob("*") if path.is_file()} - starter().keys()
    assert kept == {"README.md", ".git/config", "pictures/wedding.jpg", "pictures/pictures.yaml"}


#: What a file leaves out where it is at its default.
LEFT_OUT = {
    Source: {"published_on", "isbn", "accessed_on", "archive_url", "status", "superseded_by", "doi", "pmid", "kind"}
    | {"pmcid"},
    Clinic: {"call_within_hours", "speaks"},
    Article: {"medical_reviewer"},
    TreatmentOption: {"medical_reviewer"},
    Phase: {"medical_reviewer"},
    Translation: {"medical_reviewer", "hours", "answered_by", "cost"},
    **dict.fromkeys((HelpLine, GlossaryTerm, Topic, Symptom), set()),
}


def test_files_have_every_field_that_staff_can_edit():
    """A new column that no file had would go back to its default at each import."""
    seen = {model: set(LEFT_OUT[model]) for model in LEFT_OUT}
    for name, room in FOLDERS.items():
        for entry in room.entries(settings.BASE_DIR / name / "starter", lambda model, *_: [model()]):
            seen[entry.model] |= entry.values.keys() | entry.key.keys()
    for model, names in seen.items():
        assert {field.name for field in model._meta.concrete_fields if field.editable} <= names | {"id"}, model


def read(name: str) -> bytes:
    with default_storage.open(name) as file:
        return file.read()


def test_pictures_go_out_with_what_is_said_of_them_and_come_in_on_another_machine(db, tmp_path, capsys):
    picture = pictures.save_files(images.copies(ContentFile(sample(size=(1000, 500)))))
    picture.alt = "A cup"
    picture.save()
    pictures.save_files(images.copies(ContentFile(sample(size=(30, 30)))))  # without a row: no export has it
    Clinic.objects.create(name="A clinic", phone="212-555-0123")
    make_article(slug="with-picture", body=f"{picture.markdown}\n\nText.[@a-source]")
    exported(tmp_path)
    folder, stored = tmp_path / "pictures", {name: read(name) for name in picture.files}
    assert {f"pictures/{path.name}" for path in folder.iterdir()} == {"pictures/pictures.yaml", *stored}
    pictures.erase_files(picture)
    picture.delete()

    assert f"added    picture {picture.name}" in imported(tmp_path, capsys, "--dry-run")
    assert not Picture.objects.exists() and not any(map(default_storage.exists, stored))
    imported(tmp_path, capsys, "--kind", "wording")
    again = Picture.objects.get()
    assert (again.alt, again.width, again.widths) == ("A cup", 1000, picture.widths)
    assert {name: read(name) for name in picture.files} == stored
    assert imported(tmp_path, capsys, "--dry-run") == "0 would change.\n"
    for name in ("../editorial/glossary.yaml", "a.jpg", f"{picture.stem}-480.webp"):
        (folder / "pictures.yaml").write_text(f"- {{name: {name}, widths: []}}")
        with pytest.raises(CommandError, match="no name of a picture"):
            imported(tmp_path, capsys, "--dry-run")
    (folder / "pictures.yaml").write_text(f"- {{name: {picture.name}, widths: [../480]}}")
    with pytest.raises(CommandError, match="are not numbers"):
        imported(tmp_path, capsys, "--dry-run")
