"""One course, told forwards: for every hour, the words of the next windows agree with the stages, chart and tables."""

import itertools
import re

import pytest
from django.template import engines

from articles.models import Article
from phases import timeline
from phases.models import Phase, Symptom
from phases.now import AHEAD, answer_for, on_the_hill
from phases.now_form import SINCE, Substance

pytestmark = [pytest.mark.django_db, pytest.mark.any_backend]
PEAK = (24, 72)  # hours since last use: day 2 to day 3
EVERY_HOUR = [(hour, hour) for hour in range(2001)]
ROUGH = [hours for _, hours in SINCE.values() if hours]
HARD = re.compile("hardest (time|hours)")
EASES = re.compile(r"may ease|easing|start to ease|usually over", re.I)


@pytest.fixture
def phases(guide):
    return list(Phase.objects.published().with_symptoms())


def windows(answer) -> list[str]:
    """The rendered words of each window, in their order."""
    html = engines["readers"].get_template("phases/_ahead.html").render({"answer": answer})
    return [" ".join(re.sub("<[^>]+>", "", part).split()) for part in re.findall("<dd>(.*?)</dd>", html, re.S)]


def test_guide_has_one_peak_and_stages_that_follow_without_a_gap(phases):
    assert [(phase.peak_from, phase.peak_to) for phase in phases if phase.peak_from is not None] == [PEAK]
    for before, after in itertools.pairwise(phases):
        assert (after.onset_from, after.onset_to) == (before.end_from, before.end_to), after
    assert not Symptom.objects.exclude(peak_from=None).exists()  # no source gives the peak of one symptom
    assert sum(bool(row.peak) for row in timeline.of_phases(phases).rows) == 1


@pytest.mark.parametrize("hours_asked", [EVERY_HOUR, ROUGH], ids=["each hour", "rough answers"])
def test_next_windows_agree_with_the_course_at(phases, hours_asked):
    for hours in hours_asked:
        answer = answer_for(hours, Substance.HEROIN, phases)
        said = windows(answer)
        steps = [(window.after, window.until) for window in answer.ahead]
        assert [0, *(until for _, until in steps)] == [*(after for after, _ in steps), AHEAD[-1]], hours
        assert len(said) == len(steps), hours
        assert len({re.split(r"(?<=\.) ", words)[0] for words in said}) == len(said), (hours, said)
        for (after, until), words in zip(steps, said, strict=True):
            start, stop = hours[0] + after, hours[1] + until
            overlaps = start < PEAK[1] and PEAK[0] < stop
            assert bool(HARD.search(words)) == overlaps, (hours, words)
            assert start >= 48 or not EASES.search(words), (hours, words)
            assert start < 240 or not EASES.search(words), (hours, words)
            assert "until then" not in words
            assert "no signs" not in words.lower() or "may begin" not in words.lower(), (hours, words)
        marked = {row.course for row in timeline.of_phases(phases, now=hours).rows if row.mark}
        assert answer.phase is None or answer.phase in marked, hours
        if answer.is_easing:
            assert sum(hours) / 2 > PEAK[1] and answer.phase.name == "Peak withdrawal"


def test_each_stage_is_a_stretch_of_the_hill_further_on_than_the_one_before(client, phases):
    stretches = [on_the_hill(phase.onset_from, phase.end_to) for phase in phases]
    assert stretches == sorted(stretches) and all(0 < left < left + width <= 328 for left, width in stretches)
    for phase, (left, width) in zip(phases, stretches, strict=True):
        html = client.get(phase.get_absolute_url()).content.decode()
        assert f'<path d="M{left} 0h{width}v122h-{width}z"/>' in html and ">this stage</text>" in html


@pytest.mark.parametrize("substance", [key for key, _ in Substance.choices if key != "heroin"])
def test_no_hours_are_told_for_any_other_substance(phases, substance):
    for hours in [*EVERY_HOUR, *ROUGH, None]:
        answer = answer_for(hours, substance, phases)
        assert not answer.ahead and not answer.is_charted and answer.phase is None


@pytest.mark.parametrize("substance", [key for key, _ in Substance.choices])
@pytest.mark.parametrize("asked", [{"since": "under-6"}, {"amount": "0"}, {"amount": "5.9"}, {"since": "unknown"}])
def test_overdose_is_the_first_line_in_the_first_hours(client, guide, substance, asked):
    html = client.post("/phases/now/", asked | {"substance": substance}).content.decode()
    first = " ".join(re.sub("<[^>]+>", "", html.split("</h1>")[1])[:900].split())
    assert first.startswith("Emergency: if you used recently, an overdose can still come.")
    for words in ("911", "naloxone", "Do not be alone", "Take nothing more on top"):
        assert words in first


@pytest.mark.parametrize(
    ("substance", "since", "warned"),
    [
        ("heroin", "under-6", True),
        ("heroin", "12-24", False),
        ("methadone", "12-24", True),  # long-acting, so the danger lasts longer
        ("pills", "12-24", True),
        ("unsure", "12-24", True),  # it may be long-acting
        ("methadone", "24-48", False),
        ("", "unknown", True),
        ("", "", False),
    ],
)
def test_sheet_mentions_overdose_while_one_may_follow(client, guide, substance, since, warned):
    answers = {"felt": ["shaking"], "substance": substance, "since": since}
    assert ('id="just-used"' in client.post("/phases/now/check-in/", answers).content.decode()) is warned
    if substance and since:
        html = client.post("/phases/now/", {"substance": substance, "since": since}).content.decode()
        assert ('id="just-used"' in html) is warned


def test_day_seven_names_only_the_end_of_the_peak_stage(client, guide):
    html = client.post("/phases/now/", {"amount": "168", "substance": "heroin"}).content.decode()
    assert "You may also be near the end of peak withdrawal" in html


def test_no_page_cites_the_detox_study_for_a_few_days(phases):
    symptoms = [symptom.get_help for phase in phases for symptom in phase.symptoms.all()]
    texts = " ".join([*symptoms, *(phase.what_comes_next for phase in phases)])
    cited = re.findall(r"(?:short break|few days)[^.]*\.(?:\[[^]]*\])?", texts)
    assert len(cited) == 3
    assert all(sentence.endswith("[@toronto-tolerance]") for sentence in cited), cited


def test_day_five_is_not_called_the_hardest_part(client, guide):
    html = client.post("/phases/now/", {"amount": "100", "substance": "heroin"}).content.decode()
    assert "You may be past the hardest part" in html.split("</h1>")[0]
    assert 'id="just-used"' not in html


def test_low_mood_is_among_what_many_feel_in_the_first_days(phases):
    for hour in (24, 36, 48):
        assert "Depression" in {
            symptom.name for symptom in answer_for((hour, hour), Substance.HEROIN, phases).likely_now
        }


def test_answer_for_fentanyl_names_what_else_may_be_in_it(client, guide):
    html = client.post("/phases/now/", {"since": "24-48", "substance": "fentanyl"}).content.decode()
    lede = html.split("</h1>")[1].split("What to do now")[0]
    for words in ("xylazine", "medetomidine", "within hours", "Go early", "Do not wait it out"):
        assert words in lede


def test_answer_links_the_article_for_a_substance_once_it_is_published(client, guide):
    asked = {"since": "12-24", "substance": "kratom"}
    article = Article.objects.get(slug="kratom-and-other-remedies")
    article.status = "draft"
    article.save()
    assert article.get_absolute_url() not in client.post("/phases/now/", asked).content.decode()
    article.status = "published"
    article.save()
    assert f'href="{article.get_absolute_url()}"' in client.post("/phases/now/", asked).content.decode()
