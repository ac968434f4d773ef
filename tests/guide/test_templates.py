"""What readers' templates can rely on."""

import datetime
import re

import jinja2
import pytest
from django.template import engines
from django.test import RequestFactory
from django.urls import NoReverseMatch
from markupsafe import Markup

from editorial.text.markdown import PageText
from guide import templating


@pytest.fixture
def request_(rf: RequestFactory):
    request = rf.get("/about/")
    request.is_private, request.private_address, request.outside = False, "", str
    return request


def made(text: str, **values: object) -> str:
    return engines["readers"].env.from_string(text).render(**values)


def test_text_is_escaped_and_safe_html_is_not():
    html = PageText().render("a *b*").html
    assert made("{{ words }} {{ html }}", words="<b>\"'", html=html) == f"&lt;b&gt;&#34;&#39; {html}"


def test_value_in_words_may_have_any_name():
    values = {"message": "<b>", "context": 1}
    text = "{% trans message=message, context=context %}{{ message }} is {{ context }}{% endtrans %}"
    assert made(text, **values) == "&lt;b&gt; is 1"


def test_every_template_is_read_before_the_first_reader_comes():
    env = templating.environment(loader=engines["readers"].env.loader, autoescape=True, auto_reload=False)
    names = env.list_templates(extensions=["html"])
    assert "home.html" in names and "404.html" in names
    for name in names:
        assert env.get_template(name)


def test_no_line_begins_with_the_comma_or_period_after_a_phone_number():
    alone = re.compile(r"""(?<!<span class="whole">)<a[^>]*href="tel:(?:{{ tel }}|[+])[^>]*>[^<]*</a>[.,]""")
    env = engines["readers"].env
    for name in env.list_templates(extensions=["html"]):
        assert not alone.search(env.loader.get_source(env, name)[0]), name


def test_name_that_no_view_gave_fails_a_test():
    with pytest.raises(jinja2.UndefinedError, match="nobody_gave"):
        made("{% if nobody_gave %}x{% endif %}")


def test_name_that_no_view_gave_to_a_macro_fails_a_test():
    with pytest.raises(jinja2.UndefinedError, match="tel"):
        made("{{ clinic_card(clinic) }}", clinic={})


def test_name_that_no_view_gave_leaves_a_gap_and_a_line_in_the_log_for_readers(caplog):
    env = templating.environment(loader=engines["readers"].env.loader, autoescape=True)
    assert env.from_string("a{{ nobody.gave }}b").render() == "ab"
    assert "'nobody' is undefined" in caplog.text


@pytest.mark.django_db
def test_view_has_the_last_word_on_what_a_template_sees(request_):
    about = engines["readers"].get_template("pages/about.html")
    assert "<title>About" in about.render({}, request_)
    assert 'content="https://elsewhere.example/x"' in about.render(
        {"canonical_url": "https://elsewhere.example/x"}, request_
    )


def test_macro_is_available_in_all_templates():
    html = made('{{ crumbs([("Articles", url("articles:list")), ("A <page>", "")]) }}')
    assert '<a href="/articles/">Articles</a>' in html and "A &lt;page&gt;" in html


def test_link_to_a_view_that_is_not_there_fails():
    with pytest.raises(NoReverseMatch):
        made('{{ url("no-such-page") }}')


def test_part_made_once_differs_with_its_values():
    text = '{{ cached(footer, "A clinic", tel, phone) }}'
    first, second = (made(text, tel=f"+1212555010{number}", phone=f"555-010{number}") for number in (1, 2))
    sneaked = made(text, tel="<b>", phone=Markup("<i>")), made(text, tel="<b>", phone="<i>")
    assert "<i>" in sneaked[0] and "<i>" not in sneaked[1] and "<b>" not in "".join(sneaked)
    assert "555-0101" in first and "555-0102" in second and first == made(text, tel="+12125550101", phone="555-0101")


@pytest.mark.parametrize("may_write", [True, False])
def test_template_is_compiled_by_one_start_for_the_next_and_shown_where_that_cannot_be_kept(
    tmp_path, settings, monkeypatch, may_write
):
    settings.BASE_DIR = tmp_path
    (tmp_path / "templates").mkdir()
    if not may_write:
        (tmp_path / "templates" / "__pycache__").symlink_to("nowhere")  # even root can put nothing into it
    compiled = []
    compile_ = jinja2.Environment.compile
    monkeypatch.setattr(
        jinja2.Environment, "compile", lambda *args, **more: compiled.append(args[2]) or compile_(*args, **more)
    )
    for _ in range(2):
        env = jinja2.Environment(
            loader=jinja2.DictLoader({"a.html": "Hello, {{ you }}"}),
            bytecode_cache=templating.CompiledTemplates(),
            autoescape=True,
        )
        assert env.get_template("a.html").render(you="<b>") == "Hello, &lt;b&gt;"
    assert compiled == (["a.html"] if may_write else ["a.html"] * 2)


def test_template_compiled_with_other_options_is_not_taken(tmp_path, settings):
    settings.BASE_DIR = tmp_path
    (tmp_path / "templates").mkdir()
    loader, kept = jinja2.DictLoader({"a.html": "{{ you }}"}), templating.CompiledTemplates()
    for escapes, shown in ((False, "<b>"), (True, "&lt;b&gt;")):
        env = jinja2.Environment(loader=loader, bytecode_cache=kept, autoescape=escapes)
        assert env.get_template("a.html").render(you="<b>") == shown


@pytest.mark.django_db
def test_emergency_page_says_that_its_check_is_overdue(client, clock):
    for month, words in ((2, "Due again on"), (3, "It was due to be checked again on February 28, 2027")):
        clock.now = datetime.datetime(2027, month, 2, tzinfo=datetime.UTC)
        assert words in client.get("/emergency/").content.decode()
