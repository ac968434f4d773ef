"""Hostile texts in every field that staff or strangers can fill, past the forms' checks: run in a site's shell."""

import itertools
from collections.abc import Iterator

import reversion
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction

from articles.models import Article, Topic
from callbacks.casework import submission
from callbacks.models import Note
from callbacks.values.details import Details
from editorial.models import Clinic, GlossaryTerm, HelpLine, PageReport, Source
from editorial.models.page_reports import seal
from phases.models import Phase, Symptom, TreatmentOption
from tests.factories import make_article
from tests.hostile.corpus import texts

ARTICLES, REQUESTS = 14, 7
IN_A_TEXT = 100  # hostile texts in the body of one of those articles: all are in some; in other long fields a few
#: Not free text, or what a page needs to be found at all.
SPARED = {"phone", "call", "text_to", "key", "path", "leads_to", "thing"}


@transaction.atomic
def fill() -> None:
    short, long = itertools.cycle(texts()), itertools.cycle(texts())
    for number in range(ARTICLES):
        make_article(title=f"Hostile {number}", slug=f"hostile-{number}", body="To be filled.")
    for number in range(60):
        GlossaryTerm.objects.create(word=f"word {number}", slug=f"hostile-{number}", meaning="To be filled.")
        Source.objects.create(key=f"hostile-{number}", organization="To be filled", title="To be filled")
    for model in (Clinic, HelpLine, GlossaryTerm, Source, Topic, Article, TreatmentOption, Phase, Symptom):
        for row in model.objects.all():
            many = IN_A_TEXT if isinstance(row, Article) and row.slug.startswith("hostile") else 4
            with reversion.create_revision():
                soak(row, short, long, many)
    for article in Article.objects.order_by("pk")[:3]:
        with reversion.create_revision():
            soak(article, short, long, IN_A_TEXT)
        article.topics.set(Topic.objects.all())
    user = User.objects.get(username="chief")
    for number in range(REQUESTS):
        message = "\n".join(itertools.islice(long, len(texts()) // REQUESTS + 1))
        details = Details(
            name=next(short), email=next(short), message=message, phone_remark=next(short), place=next(short)
        )
        request = submission.submit(details=details, nonce=f"hostile-{number}", received={}).request
        note = Note(request=request, who=user, username=next(short))
        note.seal_text(message)
        note.save()
        PageReport.objects.create(page="/", sealed=seal(message[:2000]))
    article_type = ContentType.objects.get_for_model(Article)
    for text in itertools.islice(short, 10):
        LogEntry.objects.create(
            user=user,
            content_type=article_type,
            object_id="1",
            object_repr=text[:200],
            action_flag=CHANGE,
            change_message=text,
        )


def soak(row: models.Model, short: Iterator[str], long: Iterator[str], many: int) -> None:
    """Fill each field that takes free text, and save the row with its search entry."""
    for field in row._meta.concrete_fields:
        is_text = isinstance(field, models.CharField | models.TextField) and not isinstance(field, models.SlugField)
        if not is_text or field.choices or not field.editable or field.name in SPARED:
            continue
        if field.max_length is None:
            value = "\n\n".join(itertools.islice(long, many)) + "\n\nCited.[@hostile-1] [@hostile-2] [@hostile-3]"
        else:
            value = next(short)[: field.max_length]
        if field.unique:
            value = f"{value[: field.max_length - 4]}{row.pk}"
        setattr(row, field.name, value)
    row.save()
