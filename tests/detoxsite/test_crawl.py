"""Rules that hold on every page a reader can reach."""

import re
from collections import Counter
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest

from editorial.values import languages
from privateversion import rewriting
from tests.guide.test_styles import answers, forgotten
from tests.trees import tree_of

pytestmark = [pytest.mark.django_db, pytest.mark.any_backend]


def test_every_page_names_the_parts_of_the_style_that_it_needs(walk):
    assert {path: parts for path, page in walk.items() if (parts := forgotten(page))} == {}


def test_every_page_is_whole(walk):
    titles, descriptions, pages = Counter(), Counter(), Counter()
    for path, tree in walk.items():
        language = languages.of_path(path)
        pages[language] += 1
        assert tree.get("lang") == languages.TAGS[language], path
        assert len(list(tree.iter("h1"))) == 1, path
        assert tree.find(".//main[@id='main']") is not None, path
        assert tree.find(".//a[@class='skip']").get("href") == "#main", path
        title = tree.find(".//title").text
        titles[language, title] += 1
        description = tree.find(".//meta[@name='description']").get("content")
        assert 50 <= len(description) <= 160, (path, len(description))
        descriptions[description] += 1
        ids = Counter(element.get("id") for element in tree.iter() if element.get("id"))
        assert not [name for name, count in ids.items() if count > 1], (path, ids.most_common(3))
        for element in tree.iter():
            for name in ("aria-labelledby", "aria-describedby", "for", "form"):
                for target in (element.get(name) or "").split():
                    assert target in ids, (path, name, target)
            if element.tag == "a" and (element.get("href") or "").startswith("#"):
                assert element.get("href")[1:] in ids, (path, element.get("href"))
        for image in tree.iter("img"):
            assert image.get("alt") is not None, path
    assert min(pages.values()) > 90 and set(pages) == set(languages.NAMES), pages
    assert titles.most_common(1)[0][1] == 1, titles.most_common(3)
    assert descriptions.most_common(1)[0][1] == 1, descriptions.most_common(3)


#: Pages that search must find by the drug's name. Of the others only an article's own title and a source's key may.
NAMES_IT = {"", "phases/", "treatments/", "etapas/", "tratamientos/"}
MAY_NAME_IT = ("articles/", "sources/", "articulos/", "fuentes/")


def test_titles_do_not_shout(walk):
    for path, tree in walk.items():
        title, within = tree.find(".//title").text, path.removeprefix("/es").removeprefix("/")
        assert "!" not in title and not title.isupper(), path
        names_it = "heroin" in title.lower() or "heroína" in title.lower()
        assert not names_it or within in NAMES_IT or within.startswith(MAY_NAME_IT), (path, title)
        assert "Detox Guide" not in title and "Guía de desintoxicación" not in title, path


LEVELS = {
    "en": {"card--emergency": "Emergency:", "card--urgent": "Urgent:", "card--info": "Not an emergency?"},
    "es": {"card--emergency": "Emergencia:", "card--urgent": "Urgente:", "card--info": "¿No es una emergencia?"},
}


def test_care_cards_say_their_level_in_words(walk):
    seen = set()
    for path, tree in walk.items():
        levels = LEVELS[languages.of_path(path)]
        for element in tree.iter():
            for kind in set((element.get("class") or "").split()) & set(levels):
                level = "".join(element.find(".//*[@class='level']").itertext())
                assert level == levels[kind], path
                seen.add(level)
    assert seen == {level for levels in LEVELS.values() for level in levels.values()}


def test_do_not_lists_repeat_do_not_on_every_line(walk):
    found = 0
    for path, tree in walk.items():
        for card in tree.findall(".//div[@class='beside-steps']/div"):
            heading = card.find("h3").text.removesuffix(" haga esto")  # each line says "No" in Spanish
            lines = ["".join(line.itertext()) for line in card.iter("li")]
            assert lines and all(line.startswith(f"{heading} ") for line in lines), path
            found += heading == "Do not"
    assert found


def test_nothing_on_safety_is_in_a_collapsed_part(walk):
    telling = ("911", "988", "give naloxone", "do not stop suddenly", "use alone", "can kill", "stop your breathing")
    telling += ("dele naloxona", "no consuma a solas", "puede matar", "deje de respirar")
    for path, tree in walk.items():
        for element in tree.iter():
            if element.tag == "details" or {"hidden", "popover"} & set(element.keys()):
                text = "" if element.get("class") == "sources fold" else "".join(element.itertext()).lower()
                assert not [words for words in telling if words in text], path


def test_every_link_with_a_place_on_another_page_lands_there(walk):
    for path, tree in walk.items():
        for link in tree.iter("a"):
            target = urlsplit(link.get("href"))
            if target.fragment and target.path in walk and not target.scheme:
                assert walk[target.path].find(f".//*[@id='{target.fragment}']") is not None, (path, link.get("href"))


def test_page_leads_to_pages_in_its_own_language_or_says_so(walk):
    astray = set()
    for path, tree in walk.items():
        for link in tree.iter("a"):
            target, language = urlsplit(link.get("href")), languages.of_path(path)
            is_page = target.path and not target.scheme and not target.path.startswith(("/static/", "/media/", "/n/"))
            if is_page and languages.of_path(target.path) not in {language, link.get("hreflang")}:
                astray.add((language, target.path, path))
    assert not astray


def test_page_and_its_translation_name_each_other_as_the_sitemap_does(walk, client):
    pairs, listed = 0, {}
    for url in ElementTree.fromstring(client.get("/sitemap.xml").content):
        links = {link.get("hreflang"): urlsplit(link.get("href")).path for link in url if link.get("hreflang")}
        listed[urlsplit(url.findtext("{*}loc")).path] = links
    for path, tree in walk.items():
        heads = {link.get("hreflang"): link for link in tree.findall(".//link[@rel='alternate'][@hreflang]")}
        if not heads:
            continue
        there = {code: urlsplit(link.get("href")).path for code, link in heads.items()}
        assert there[languages.of_path(path)] == urlsplit(tree.find(".//link[@rel='canonical']").get("href")).path, path
        assert there["x-default"] == there["en"] and listed.get(path, there) == there, path
        assert all(languages.of_path(other) == code for code, other in there.items() if code != "x-default"), path
        for other in there.values():
            back = walk[other].findall(".//link[@rel='alternate'][@hreflang]")
            assert {urlsplit(link.get("href")).path for link in back} == set(there.values()), (path, other)
        pairs += 1
    assert pairs > 180 and len(listed) > 180


#: Words that English sentences have and Spanish ones do not.
ENGLISH = re.compile(r"\b(the|and|of|with|you|your|is|are|to|for|this|that|it|what|how|from|or|not|we|our)\b", re.I)


def english_words(element, tongue: str = "es"):
    """Yield the text of blocks that are said to be Spanish and have two English words."""
    tongue = (element.get("lang") or tongue)[:2]
    if tongue != "es" or element.tag in {"style", "script", "svg"}:
        return
    own = [element.text or "", *(child.tail or "" for child in element)]
    own += [element.get(name, "") for name in ("alt", "title", "aria-label", "placeholder")]
    if any(len(ENGLISH.findall(part)) >= 2 for part in own):
        yield " ".join(" ".join(own).split())
    for child in element:
        yield from english_words(child, tongue)


#: To show to staff of an emergency room who speak no Spanish.
SHOWN_TO_OTHERS = {
    '"I\'m in opioid withdrawal. Can you start me on buprenorphine, or give me the three-day supply?"',
}


def test_spanish_page_has_no_english_sentence(walk):
    found: dict[str, str] = {}
    for path, tree in walk.items():
        if languages.of_path(path) == "es" and not path.startswith("/es/contacto/"):
            found |= dict.fromkeys(english_words(tree), path)
    assert found.keys() == SHOWN_TO_OTHERS


def test_headings_skip_no_level(walk):
    for path, tree in walk.items():
        level = 0
        for element in tree.find(".//main").iter():
            if element.tag in {"h1", "h2", "h3", "h4"}:
                now = int(element.tag[1])
                assert now <= level + 1, (path, "".join(element.itertext()))
                level = now


def test_links_out_of_the_site_go_to_sources_and_services_over_https(walk):
    for path, tree in walk.items():
        for link in tree.iter("a"):
            scheme = urlsplit(link.get("href")).scheme
            assert scheme in {"", "https", "tel", "sms", "mailto"}, (path, link.get("href"))


#: Attributes that may hold a slash or the same word as an id, and are neither an address on this site nor a reference.
WORDS = {"accept", "class", "content", "enctype", "formenctype", "itemtype", "name", "rel", "type", "value"}


def not_rewritten(page) -> set[tuple[str, str]]:
    """Attributes with an address or a reference to an id that the private version would leave as it is."""
    ids = {element.get("id") for element in page.iter()}
    return {
        (name, value)
        for element in page.iter()
        for name, value in element.items()
        if name not in WORDS.union(rewriting.REWRITTEN) and not value.startswith(rewriting.FILES)
        if "/" in value or ids.intersection(value.split())
    }


def test_private_version_rewrites_every_address_and_reference(walk, client):
    pages = [*walk.values(), *(tree_of(response.content.decode()) for _, response in answers(client))]
    assert set().union(*map(not_rewritten, pages)) == set()


@pytest.mark.parametrize(
    "attribute", ['poster="/contact/"', 'list="towns"', 'srcset="/a 2x, /b 3x"', 'itemref="x towns"']
)
def test_attribute_that_the_private_version_would_leave_is_found(attribute):
    page = tree_of(f'<p><a href="/about/" title="24 hours">x</a><b id="towns"></b><input {attribute}></p>')
    assert {f'{name}="{value}"' for name, value in not_rewritten(page)} == {attribute}
