"""Jinja2 for readers' pages; Django's, slower, for staff (docs/decisions/0012-rendering-a-page.md)."""

import contextlib
import functools
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jinja2
from django import forms
from django.conf import settings
from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest
from django.template import defaultfilters
from django.template.backends.jinja2 import Jinja2, Template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.translation import gettext, ngettext, npgettext, pgettext
from markupsafe import Markup

from editorial.models.addresses import address_of
from editorial.pages import structured, tags
from editorial.pages.page_context import site
from editorial.values import languages
from editorial.workflow import sign_off
from guide.featured import featured
from translations.staleness import stale_notice

#: Files whose macros all templates have; one that uses another's comes after it. Changing one needs a restart, even
#: with DEBUG. A macro is several times as fast as an include, which copies the whole context.
MACRO_FILES = """
articles/_list editorial/_changes editorial/_review editorial/_sources editorial/_stale editorial/_words partials/crumbs
partials/footer partials/pages partials/print_hint partials/urgent pictures/icon pictures/picture safety/clinic_card
safety/lost_tolerance safety/ten_lines safety/block
""".split()
#: Functions for templates, under their own names.
FUNCTIONS = (
    featured,
    sign_off.medical_review,
    sign_off.reviewers,
    stale_notice,
    structured.structured_page,
    structured.structured_site,
    structured.structured_symptom,
    structured.structured_trail,
    tags.cached,
    tags.cite,
    tags.explained_words,
    tags.listed_sources,
    tags.markdown,
    tags.nav_link,
    tags.recent_corrections,
    tags.their_time,
    timezone.localdate,
)
#: A variable that no view passed is logged and renders as nothing: an incomplete page still says whom to call.
MissingVariable = jinja2.make_logging_undefined(logging.getLogger(__name__), jinja2.ChainableUndefined)


class _ReadersTemplate(Template):
    """Lets a view override the common context, as with Django's own templates."""

    def render(self, context: dict | None = None, request: HttpRequest | None = None) -> str:
        context = context or {}
        known = site(request, context.get("snapshot")) if request else {}
        return super().render(known | context, request)


class ReadersTemplates(Jinja2):
    """A back end whose templates have `site` (editorial/pages/page_context.py) and the functions of `environment`."""

    def get_template(self, template_name: str) -> Template:
        return _ReadersTemplate(super().get_template(template_name).template, self)

    def load_all(self) -> None:
        """Load all templates now, so that no reader waits for it."""
        for name in self.env.list_templates(extensions=["html"]):
            self.env.get_template(name)


class CompiledTemplates(jinja2.FileSystemBytecodeCache):
    """Caches compiled templates beside them, as Python does modules: compiling takes a third of a start."""

    def __init__(self) -> None:
        folder = settings.BASE_DIR / "templates" / "__pycache__"
        with contextlib.suppress(OSError):
            folder.mkdir(exist_ok=True)
        super().__init__(str(folder), f"%s.jinja2-{jinja2.__version__}")

    def get_bucket(self, environment: Any, name: str, filename: str | None, source: str) -> Any:
        """Use another cache for other options, as in a test or another release: they may not escape."""
        options = environment.autoescape, environment.keep_trailing_newline, environment.policies
        return super().get_bucket(environment, name, filename, f"{source}{options}{sorted(environment.extensions)}")

    def dump_bytecode(self, bucket: Any) -> None:
        with contextlib.suppress(OSError):  # as with modules, code may be of another account, or the disk full
            super().dump_bytecode(bucket)


class FormTemplates(TemplatesSetting):
    """Renders Django's form templates in Jinja2, in half the time. Others, such as the admin's, stay as they are."""

    @functools.cached_property
    def jinja(self) -> Jinja2:
        folders = [settings.BASE_DIR / "templates/readers", Path(forms.__file__).parent / "jinja2"]
        made = Jinja2({"NAME": "forms", "APP_DIRS": False, "DIRS": folders, "OPTIONS": {}})
        made.env.globals["_"] = gettext
        return made

    def get_template(self, template_name: str) -> Any:
        """Return a template of Django's forms, or ours of a field, in Jinja2; any other as it is."""
        if template_name.startswith("django/forms/"):
            return self.jinja.get_template(template_name)
        return super().get_template(template_name)


def environment(**options: Any) -> jinja2.Environment:
    """Return the environment with the functions for templates. Variables are escaped unless marked as safe."""
    own = {"undefined": MissingVariable, "bytecode_cache": CompiledTemplates()}
    made = jinja2.Environment(**options | own)  # noqa: S701 - Django sets autoescape among the options
    made.globals |= {function.__name__: function for function in FUNCTIONS}
    static_address = functools.lru_cache(maxsize=512)(static)  # forever, as the name holds a hash of the content
    made.globals |= {"language": languages.active, "static": static_address, "url": address_of}
    made.filters |= {
        "date": tags.date,
        "filesizeformat": defaultfilters.filesizeformat,
        "pluralize": defaultfilters.pluralize,
    }
    made.add_extension("jinja2.ext.i18n")
    made.policies["ext.i18n.trimmed"] = True
    # Lazy, by the active language. Django's `makemessages` reads no Jinja2: see `make words`.
    made.install_gettext_callables(gettext, ngettext, newstyle=True, pgettext=pgettext, npgettext=npgettext)  # type: ignore[attr-defined]
    made.globals["gettext"] = made.globals["_"] = _caching(made.globals["gettext"])
    make_macros(made)
    return made


def _caching(translate: Any) -> Callable[..., Markup]:
    """Cache the translations without variables by language, which takes a third of the time of a lookup."""
    known: dict[tuple[str, str], Markup] = {}

    @jinja2.pass_context
    def cached_gettext(context: jinja2.runtime.Context, message: str, /, **values: Any) -> Markup:
        if values:
            return translate(context, message, **values)
        key = languages.active(), message
        if key not in known:
            known[key] = translate(context, message)
        return known[key]

    return cached_gettext


def make_macros(env: jinja2.Environment) -> None:
    """Make the macros global, which is faster than importing them. Call it last, as they use the other globals."""
    for name in MACRO_FILES:
        module = env.get_template(f"{name}.html").make_module()
        env.globals |= {name: part for name, part in vars(module).items() if isinstance(part, jinja2.runtime.Macro)}
