"""The rules for one text: each yields a message for the editor and its place in the text."""

import re
from collections.abc import Callable, Iterator
from html import unescape
from itertools import pairwise

from django.utils.html import strip_tags
from markdown.extensions.toc import slugify_unicode

from editorial.models.pictures import name_in, named
from editorial.text.blocks import BOXES, DRAWINGS, FENCE, NAME, box_of
from editorial.text.doses import MEDICINE, blocks
from editorial.text.house_rules import CITATION
from editorial.text.markdown import ALLOWED_SCHEMES, RESERVED_IDS, convert
from editorial.values.images import UNDESCRIBED, UPLOAD_REFUSED
from editorial.values.links import is_foreign_path

#: A message, and start and end in the text.
Remark = tuple[str, int, int]
Rule = Callable[[str], Iterator[Remark]]

_LINK = re.compile(
    r"(?m)(?<!!)\[[^\[\]\n]*\]\(\s*<?([^)>\n]{0,999}?)>?(?:\s+\"[^\"\n]{0,999}\")?\s*\)"
    r"|^ {0,3}\[(?!\^)[^\]\n]+\]:\s*<?(\S+?)>?\s"
)
_AUTOLINK = re.compile(r"<([a-z]+:[^<>\s]+)>", re.I)
_HEADING = re.compile(r"^(#{1,6})[ \t]+(.+?)[ \t#]*$", re.M)
_NAME = re.compile(NAME)
_READ = re.compile(rf"{_LINK.pattern}|{CITATION}|{NAME}|`[^`\n]*`")
_UNREAD = re.compile(
    r"\[{2}|\]{2}|(?<!\w)@ ?[a-z]\w*(?:-\w+)*|\]\s+\(|\[(?:\^\w+|[a-z]+(?:-[a-z0-9]+)+)\](?!\()"
    r"|(?<!<)\bhttps?://[^\s<>]+",
    re.I,
)
#: Marks of HTML, and of Markdown elsewhere, that are shown as typed.
_FOREIGN = re.compile(
    r"</?(?:[abipu]|br|div|em|font|h[1-6]|img|li|ol|span|strong|su[bp]|t[dhr]|table|ul)\b[^<>\n]{0,200}>|~~", re.I
)
_PICTURE = re.compile(r"!\[([^\]\n]*)\]\(\s*<?([^)\s>]*)")
#: A claim in numbers: "42 in 100", "30 percent", "6 to 24 hours". Not a phone number, an age limit or a step.
_CLAIM = re.compile(
    r"(?i)\b(?:\d[\d,.]{0,15}|one|two|three|four|five|six|seven|eight|nine)\s*"
    r"(?:%|percent\b|(?:in|of|out of)(?:\s+every)?\s+(?:\d[\d,]{0,15}|three|four|five|six|eight|ten|twenty)\b"
    r"|(?<=\d\s)(?:people|adults|patients|deaths)|times (?:as|more)|x more"
    r"|(?:to|or|–|-)\s*\d[\d,.]{0,15}\s*(?:hours?|days?|weeks?|months?|years?))"
)
#: Links, quotes and questions are no claims; naloxone and drugs are named in most instructions.
_NO_CLAIM = re.compile(
    r"(?i)\]\([^)\n]{0,999}\)|[“\"][^”\"\n]{0,999}[”\"]|\[\[[^\]\n]{0,999}\]\]|[^.?!\n]{0,999}\?|"
    r"\b(?:naloxone|narcan|rivive|heroin|fentanyl)\b"
)
#: Stigmatizing words, and what to say instead.
STIGMA = {
    r"(?:drug\s+|heroin\s+|opioid\s+)?addicts?": "a person with addiction, people who use drugs",
    r"addicted (?:baby|babies|infants?|newborns?)|crack (?:baby|babies)": "a baby in withdrawal",
    r"(?:drug|heroin|opioid)[- ]addicted": "with addiction",
    r"junk(?:y|ies?)|druggies?|dope\s?fiends?|(?:crack|smack|dope)heads?|tweakers?|pill poppers?|"
    r"(?:drug|substance|heroin|opioid) abusers?": "people who use drugs",
    r"(?:drug|heroin|opioid|opiate|substance|alcohol) abuse|"
    r"abuse of (?:drugs?|heroin|opi\w+|alcohol|pills)": "drug use, addiction",
    r"(?<!child )(?<!sexual )abus(?:e|es|ed|ing) (?:drugs?|heroin|opioids?|alcohol|substances|pills)": "use",
    r"(?:drug|heroin|opioid|iv) users?": "people who use drugs",
    r"alcoholics?": "a person who drinks every day, a person with alcohol addiction",
    r"(?:g[eo]ts?|getting|going|stay(?:s|ed|ing)?|be|being|been|is|are|was|were|came) clean": "not using, in recovery",
    r"clean (?:time|and sober|for \d+|from (?:drugs|heroin|opioids))": "not using, in recovery",
    r"(?:clean|dirty) (?:urine|tests?|screens?|samples?|uas?)": "a test that showed drugs, or none",
    r"drug.seek(?:ing|ers?)": "asking for help with pain or withdrawal",
    r"drug habits?": "drug use",
    r"non-?complian(?:t|ce)": "did not follow the plan, and why",
    r"in denial|refuses (?:treatment|help)": "is not ready yet",
    r"drug-free li(?:fe|ves)|stay(?:s|ed|ing)? drug-free": "not using, in recovery",
    r"(?<!nicotine )(?<!hormone )(?<!fluid )(?:substitution|replacement) (?:therapy|treatment)": "medicine, treatment",
    r"(?-i:OD)['’]?e?d|overdosed (?:him|her|them)sel(?:f|ves)": "had an overdose",
    r"commit(?:s|ted|ting)? suicide": "died by suicide",
    r"(?:suffer(?:s|ed|ing)? from|battl(?:es?|ed|ing)) (?:an |their )?addiction": "has an addiction",
    r"f(?:e|a)ll(?:s|ing)? off the wagon|slip-ups?": "used again",
}
_STIGMA = [(re.compile(rf"\b(?:{words})\b", re.I), instead) for words, instead in STIGMA.items()]
#: Quotes, names and links, which are not our own wording.
_NOT_OURS = re.compile(
    r"(?i)“[^”\n]{0,999}”|\"[^\"\n]{0,999}\"|\[@[^\]]{0,999}\]|\]\([^)\n]{0,999}\)|alcoholics anonymous|"
    r"substance abuse and mental health|institute on (?:drug|alcohol) abuse|adult children of alcoholics"
)


def blanked(pattern: re.Pattern[str], text: str) -> str:
    """Replace matches by spaces, which keeps positions."""
    return pattern.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)


def broken_boxes(text: str, kinds: set[str]) -> Iterator[Remark]:
    """Yield boxes that are unknown, nested, unclosed, or of a kind in `kinds`; add each kind found to it."""
    opened: re.Match[str] | None = None
    for line in re.finditer(r"^.*$", text, re.M):
        words = line[0].strip()
        if opened is not None and re.match(r"#{1,2} ", line[0]):
            yield f"Close this box with ::: on a line of its own before “{words.lstrip('# ')}”.", *opened.span()
            opened = None
        if ":::" not in line[0]:
            continue
        if not (fence := FENCE.match(line[0])):
            yield "Begin the line with :::, outside of any list or quote. Boxes are not nested.", *line.span()
        elif not fence[1].strip():
            if opened is None:
                yield "This ::: closes no box. Take it out.", *line.span()
            opened = None
        else:
            if opened is not None:
                yield "Close the box above with ::: first: boxes are not nested.", *line.span()
            found, opened = box_of(fence[1]), line
            if found is None:
                yield f"There is no box “{fence[1].strip()}”. There are: {', '.join(sorted(BOXES))}.", *line.span()
            elif found[0] in kinds and found[0] in {"emergency", "urgent"}:
                yield f"A page has one {found[0]} box at most, and this one has it: put the words there.", *line.span()
            else:
                kinds.add(found[0])
    if opened is not None:
        yield "Close this box with ::: on a line of its own.", *opened.span()


def unusable_pictures(text: str) -> Iterator[Remark]:
    """Yield pictures that readers cannot see, or that have no description."""
    for line in re.finditer(rf"^.*{re.escape(UPLOAD_REFUSED)}.*$", text, re.M):
        yield "A picture could not be added. The text says why; fix it or delete that line.", *line.span()
    tags = re.findall(r"<img [^>]*>", convert(text).html)
    library = named(map(name_in, tags))
    places = [picture.span() for picture in _PICTURE.finditer(text)] + [(0, 0)] * len(tags)
    for tag, place in zip(tags, places, strict=False):
        description, picture = re.search(r'alt="([^"]*)"', tag), library.get(name_in(tag))
        is_decorative = picture is not None and picture.decorative and 'alt=""' in tag
        if (not description or description[1].strip() in {"", UNDESCRIBED}) and not is_decorative:
            yield "Describe each picture, between ![ and ], for readers who cannot see it.", *place
        if name_in(tag) and (picture is None or picture.removed_why):
            yield "This picture was erased: add it again, or pick another.", *place
        if "src=" not in tag:
            yield "Pictures must be on this site: add the file with the button above the text.", *place
    for name in _NAME.finditer(text):
        kind, _, drawing = name[1].strip().lower().partition(":")
        if kind != "picture":
            continue
        if drawing not in DRAWINGS:
            yield f"There is no picture “{drawing}”. There are: {', '.join(DRAWINGS)}.", *name.span()
        elif not (name[2] or "").strip():
            yield f"Describe the picture: [[picture:{drawing}|what it shows]].", *name.span()
        elif re.search(r"\S[^\n]*$", text[: name.start()]) or re.match(r"[^\n]*\S", text[name.end() :]):
            yield "Put the picture on a line of its own.", *name.span()


def page_names(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield the name of each page that the text links to by name, and its place."""
    for name in _NAME.finditer(text):
        called = re.sub(r"\s", "", name[1]).lower()
        if not called.startswith("picture:"):
            yield called, *name.span()


def link_addresses(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield each address that the text links to, and its place."""
    for link in (*_LINK.finditer(text), *_AUTOLINK.finditer(text)):
        href = next(filter(None, link.groups()), "")
        yield href.strip(), *link.span()


def broken_links(text: str) -> Iterator[Remark]:
    """Yield links that are dropped, or that lead nowhere."""
    for href, start, end in link_addresses(text):
        scheme = re.match(r"([a-z][a-z0-9+.-]*):", href, re.I)
        if (scheme and scheme[1].lower() not in ALLOWED_SCHEMES) or is_foreign_path(href):
            yield "Readers get no link here: an address begins with https://, /, tel:, sms: or mailto:.", start, end
        elif re.match(r"(?:tel|sms):[^?;]*[^?;\d+*#().-]", href):
            yield f"“{href}” is no number to call.", start, end
        elif not scheme and not href.startswith(("/", "#")):
            yield f"“{href}” leads nowhere: begin it with / for a page on this site, or with https://.", start, end


def unread_marks(text: str) -> Iterator[Remark]:
    """Yield marks of sources, names and links that are not read as such."""
    for mark in _UNREAD.finditer(blanked(_READ, text)):
        yield f"Readers see “{mark[0]}” as typed. Write [@key], [[stage:name]] or [words](/address/).", *mark.span()
    for mark in _FOREIGN.finditer(blanked(_READ, text)):
        yield f"Readers see “{mark[0]}” as typed. Take it out: “How to write” lists what works.", *mark.span()


def skipped_heading_levels(text: str, first: int) -> Iterator[Remark]:
    """Yield headings that skip a level. `first`: the heading level before the text."""
    found = [(first, None), *((max(2, len(heading[1])), heading) for heading in _HEADING.finditer(text))]
    for (before, _), (level, heading) in pairwise(found):
        if heading is not None and level > before + 1:
            marks = "#" * (before + 1)
            yield f"Use {marks} here: this heading is two levels below the one before it.", *heading.span()


def reserved_heading_ids(text: str) -> Iterator[Remark]:
    """Yield headings whose ids the page needs for itself."""
    for heading in _HEADING.finditer(text):
        words = re.sub(r"\[@[^\]]*\]|\{more\}|[*_`]", "", heading[2]).strip()
        if RESERVED_IDS.fullmatch(own := slugify_unicode(words, "-")):
            message = f"The page uses #{own} itself, so links to this heading go to #section-{own}. Choose other words."
            yield message, *heading.span()


def stigmatizing_words(text: str) -> Iterator[Remark]:
    """Yield words that stigmatize people, outside quotes, names and links."""
    ours = blanked(_NOT_OURS, text)
    for pattern, instead in _STIGMA:
        for found in pattern.finditer(ours):
            yield f"“{found[0]}” can hurt and keep people from care. Say: {instead}.", *found.span()


def unsourced_claims(text: str) -> Iterator[Remark]:
    """Yield paragraphs and lists with a number or a medicine but no source."""
    for block in blocks(text):
        if "[@" in block[0] or block[0].startswith(("#", ":::")):
            continue
        plain = blanked(_NO_CLAIM, block[0])
        found = _CLAIM.search(plain) or MEDICINE.search(plain)
        if found:
            place = block.start() + found.start(), block.start() + found.end()
            yield f"No source in this paragraph, and it says “{found[0]}”. Cite one as [@key].", *place


def text_parts(text: str) -> list[str]:
    """Return the paragraphs, headings and lines of a text, for the reading grade."""
    html = re.sub(r'<sup class="cite">[^<]*</sup>', "", convert(text).html)
    parts = re.split(r"</(?:p|li|h\d|td|th|dt|dd)>", html)
    return [words for part in parts if (words := " ".join(unescape(strip_tags(part)).split()))]


def without_folds(text: str) -> str:
    """Return the text without folded sections."""
    return re.sub(r"^##?[ \t][^\n]*\{more\}[ \t]*$.*?(?=^##?[ \t]|\Z)", "", text, flags=re.M | re.S)
