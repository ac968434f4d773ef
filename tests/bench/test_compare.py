"""The comparison with other sites measures what it says, and its picture can be read by anybody."""

from xml.etree import ElementTree

import pytest

from bench.load import Answer
from bench.peers import bare, wrk
from bench.peers.article import Article, fetch
from bench.peers.goals import Results, judged
from bench.peers.picture import picture
from bench.peers.report import TITLES, table

pytestmark = pytest.mark.any_backend

PRINTED = """Running 4s test @ http://127.0.0.1:9/
  Latency Distribution
     50%  280.00us
     99%    1.25ms
  217521 requests in 4.00s, 3.15GB read
Requests/sec:  54374.09
"""
PAGE = '<h1>Signs &amp; help</h1><div class="text"><p>It’s <b>early</b>.</p><ul><li>Call.</li></ul></div> </article>'


def _results(**rates: float) -> Results:
    usual = dict.fromkeys(TITLES, 100.0) | {"cached": 5000.0, "not modified": 5000.0, "cold": 300.0} | rates
    samples = {name: wrk.Sample(rate, 2.0) for name, rate in usual.items()}
    return Results(samples, {"cached": 150.0}, start=1.0)


def test_numbers_of_wrk_are_read_with_their_units():
    assert wrk.parsed(PRINTED) == wrk.Sample(54374.09, 1.25)
    assert wrk.parsed(PRINTED.replace("1.25ms", "2.00s")).p99 == 2000


def test_load_without_an_answer_is_an_error_not_a_number():
    with pytest.raises(RuntimeError, match="measured nothing"):
        wrk.parsed("Requests/sec:      0.00\n")


def test_article_counts_as_shown_only_where_every_paragraph_is():
    article = Article.of(PAGE)
    assert article.title == "Signs & help"
    assert article.is_on("<main><p>It&rsquo;s early<sup>[1]</sup>.</p> <p>Call.</p></main>")
    assert not article.is_on("<main><p>It's early.</p></main>")


def test_goals_are_met_or_missed_by_the_numbers():
    assert all(goal.is_met for goal in judged(_results()))
    missed = [goal.what for goal in judged(_results(cold=299.0)) if not goal.is_met]
    assert missed == ["page rendered, to Wagtail's"]


def test_near_comparison_judges_all_that_needs_no_wagtail_and_no_wordpress():
    results = _results(**{"wagtail": 1e9, "wordpress cached": 1e9})
    left_out = [goal.what for goal in judged(results) if goal not in judged(results, near=True)]
    assert len(left_out) == 3 and all("Wagtail" in what or "WordPress" in what for what in left_out)


def test_missing_304_is_a_missed_goal():
    results = _results()
    del results.samples["not modified"]
    assert [goal.found for goal in judged(results) if not goal.is_met] == ["no such answer"]
    assert "304" not in table(results)


@pytest.mark.parametrize("server", bare.COMMANDS)
def test_bare_program_answers_with_the_page_it_is_given(server, tmp_path):
    page = Answer(200, {"content-type": "text/html", "content-length": "4"}, b"page", 0)
    with bare.start(server, page, tmp_path) as peer:
        assert fetch(peer.urls[server]).body == b"page"


def test_picture_has_a_title_a_bar_for_each_and_colors_for_the_dark():
    svg = picture({"this site": 5000.0, "a & b": 40.0}, "In words", own="this site")
    root = ElementTree.fromstring(svg)
    space = {"s": "http://www.w3.org/2000/svg"}
    assert root.get("role") == "img" and root.find("s:title", space).text == "In words"
    bars = [float(bar.get("width")) for bar in root.iterfind(".//s:rect[@class='bar']", space)]
    assert len(bars) == 2 and bars[0] > bars[1] > 0
    assert "prefers-color-scheme: dark" in svg and "a &amp; b" in svg
