"""A to Z: an index of symptoms, treatments, glossary terms and common worries."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_lazy as _

from articles.models import Article
from editorial.models import GlossaryTerm
from editorial.pages.reading import reading_page
from editorial.text.markdown import PageText
from editorial.values.languages import without_accents
from phases.models import Symptom, TreatmentOption

#: Other words: the page about each, the fragment, and its description.
OTHER_WORDS = {
    _("Heroin"): ("phases:list", "", _("its three stages of withdrawal")),
    _("Overdose"): ("emergency", "#steps", _("what to do, in order")),
    _("Pregnancy"): ("emergency", "#pregnant", _("what to do")),
    _("Suicide"): ("emergency", "#lines", _("people to call, day or night")),
}
#: Words that lead to an article, by its slug.
ARTICLES_ON = {
    "alcohol-or-benzos-too": (_("Alcohol"), _("Xanax")),
    "coming-off-methadone-or-buprenorphine": (_("Missed doses"), _("Running out of medicine")),
    "craving-right-now": (_("Urge to use"),),
    "help-for-veterans": (_("Veterans"),),
    "help-tonight-without-insurance": (_("Insurance, none"), _("Medicaid")),
    "infections-wounds-and-supplies": (_("Hepatitis C"), _("HIV"), _("Infections"), _("Needles"), _("Wounds")),
    "kratom-and-other-remedies": (_("7-OH"), _("Gabapentin"), _("Ibogaine"), _("Kratom"), _("Tianeptine")),
    "leaving-jail-or-prison": (_("Jail or prison"),),
    "pain-pills-and-tramadol": (_("Fake pills"), _("Pain pills"), _("Tramadol")),
    "pregnant-or-breastfeeding": (_("Baby"), _("Breastfeeding")),
    "teenagers-and-their-parents": (_("Teenagers"),),
    "test-strips": (_("Test strips"),),
}


@dataclass(frozen=True)
class Entry:
    """A name and its page, a term and its meaning (and page, if any), or a cross-reference to another name."""

    name: str
    url: str = ""
    kind: str = ""
    meaning: SafeString | str = ""
    anchor: str = ""
    see: str = ""


@reading_page()
def a_z(request: HttpRequest) -> HttpResponse:
    """Show all entries by their first letter."""
    page_text = PageText()
    by_letter: dict[str, list[Entry]] = defaultdict(list)
    for entry in sorted(_entries(page_text), key=lambda entry: (_plain(entry.name), entry.kind)):
        by_letter["Ñ" if entry.name[0] in "ñÑ" else _plain(entry.name)[0].upper()].append(entry)
    return render(request, "search/a_z.html", {"letters": list(by_letter.items()), "page_text": page_text})


def _entries(page_text: PageText) -> Iterator[Entry]:
    for symptom in Symptom.objects.published():
        yield Entry(symptom.name, symptom.get_absolute_url(), gettext("symptom"))
    treatments = {row.name: row.get_absolute_url() for row in TreatmentOption.objects.published().defer("body")}
    for term in sorted(GlossaryTerm.objects.in_language(), key=lambda term: term.word.lower()):
        anchor = f"word-{term.slug}"
        url = treatments.pop(capfirst(term.word), "")
        yield Entry(capfirst(term.word), url, meaning=page_text.render(term.meaning).html, anchor=anchor)
        for form in term.forms[1:]:
            if not form.lower().startswith(term.word.lower()[:5]):  # a plural would sort next to its singular
                yield Entry(capfirst(form), see=capfirst(term.word), anchor=anchor)
    for name, url in treatments.items():
        yield Entry(name, url, gettext("treatment"))
    for name, (page, place, kind) in OTHER_WORDS.items():
        yield Entry(str(name), f"{reverse(page)}{place}", str(kind))
    for article in Article.objects.published().filter(slug__in=ARTICLES_ON).defer("body"):
        for name in ARTICLES_ON[article.known_as]:
            yield Entry(str(name), article.get_absolute_url(), gettext("article"))


def _plain(name: str) -> str:
    """Return the sort key: lower case, without accents, ñ after n."""
    return without_accents(name.lower().replace("ñ", "n\uffff"))
