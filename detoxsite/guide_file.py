"""The whole guide as one file with a neutral name, to keep on a phone and read without a line."""

import base64
import hashlib
import re
from pathlib import Path

from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from editorial.markdown import PageText
from editorial.reading import reading_page
from phases.models import Phase, TreatmentOption

NAME = "notes.html"
STYLE = "css/notes.css"
#: A link into the site would lead nowhere from a file; its words stay.
_OWN_LINK = re.compile(r'<a\b[^>]*\bhref="/[^"]*"[^>]*>(.*?)</a>', re.S)
_PICTURE = re.compile(r"<img\b[^>]*>")


@reading_page()
@require_safe
def guide_file(request: HttpRequest) -> HttpResponse:
    """Emergency, numbers, stages, treatment options and a plan to fill in, but not the articles. It asks for nothing
    outside itself.

    The policy stands in the file too, as a file on a phone has no headers.
    """
    style = Path(finders.find(STYLE)).read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    context = {
        "style": style,
        "policy": policy,
        "phases": Phase.objects.published().with_symptoms(),
        "treatments": TreatmentOption.objects.published(),
        "page_text": PageText(),
    }
    html = render_to_string("keep/guide_file.html", context, request)
    response = HttpResponse(_PICTURE.sub("", _OWN_LINK.sub(r"\1", html)))
    response.headers["Content-Disposition"] = f'attachment; filename="{NAME}"'
    response.headers["Content-Security-Policy"] = f"{policy}; sandbox"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
