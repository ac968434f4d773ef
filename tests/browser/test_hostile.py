"""Hostile texts in every field, in a real browser, with the content security policy switched off: none runs, loads from
elsewhere, leaves markup, takes an id of the page, or brings a page down. Then again with it on."""

import json
import re
from base64 import b64encode
from hashlib import sha256
from urllib.parse import quote

import pytest

from tests.browser.conftest import Visitor, serve_with_chief, shell
from tests.hostile.corpus import texts
from tests.hostile.filled import ARTICLES

#: In each page before its own scripts: what would be seen of a text that runs.
MARK = """
window.ran = [];
for (const name of ["alert", "confirm", "prompt", "print", "open"]) window[name] = () => ran.push(name);
addEventListener("securitypolicyviolation", (event) => ran.push(`${event.violatedDirective} ${event.blockedURI}`));
"""
#: What a text has left in a page; `known` are tags that this kind of page has of its own.
SCAN = r"""
(root) => {
  const left = [...ran];
  const foreign = "iframe:not(.page-preview iframe),object,embed,base,math,frameset,frame,applet,marquee,template," +
    "portal,foreignObject," +
    "animate,set,plaintext,xmp,listing,slot,isindex,layer,keygen,bgsound,noembed,audio,video,canvas,custom-element," +
    "meta[http-equiv=refresh]";
  for (const found of root.querySelectorAll(foreign)) left.push(found.outerHTML.slice(0, 200));
  for (const script of root.querySelectorAll("script")) {
    const path = script.src && new URL(script.src).pathname;
    if (path && !path.startsWith("/static/") && path !== "/admin/jsi18n/") left.push(script.outerHTML);
    if (script.type === "application/ld+json") JSON.parse(script.text);
    if (root !== document) left.push(script.outerHTML);
  }
  for (const element of root.querySelectorAll("*")) for (const { name, value } of element.attributes) {
    const own_scripts = ["transition: opacity 1s;", "display: none; position: absolute;"];  // set by the admin's
    if (/^on|^style$|^srcdoc$|^ping$|^background$/.test(name) && !own_scripts.includes(value))
      left.push(`${element.tagName} ${name}=${value}`);
    if (!/^(href|src|action|formaction|xlink:href|srcset|data|poster|cite)$/.test(name)) continue;
    const address = new URL(value.split(" ")[0], document.baseURI);
    const own = address.origin === location.origin;
    const leads = /^(https?:|mailto:|tel:|sms:|data:image\/svg)/.test(address.href);
    if (element.closest("a") === element ? !(own || leads) : !own && !value.startsWith("data:image/svg+xml,"))
      left.push(`${element.tagName} ${name}=${value}`);
    if (element.tagName === "IMG" && value.includes("..")) left.push(`${element.tagName} ${name}=${value}`);
  }
  const ids = [...root.querySelectorAll("[id]")].map(({ id }) => id);
  left.push(...ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => `two of id=${id}`));
  return left;
}
"""
READERS = "/ /phases/ /phases/now/ /symptoms/ /treatments/ /treatments/compare/ /articles/ /articles/?page=2 /sources/"
READERS += " /emergency/ /a-z/ /about/ /contact/ /feedback/ /plan/ /card/"
STAFF = "articles/article articles/topic phases/phase phases/treatmentoption editorial/source editorial/helpline"
STAFF += " editorial/glossaryterm editorial/pagereport callbacks/callbackrequest callbacks/accessrecord"


@pytest.fixture(scope="module")
def hostile_site(tmp_path_factory):
    with serve_with_chief(tmp_path_factory.mktemp("hostile")) as site:
        shell(site, "from tests.hostile.filled import fill; fill()")
        yield site


class Watched(Visitor):
    """A window that lists what texts did in it."""

    def __init__(self, context, site) -> None:
        super().__init__(context, site)
        self.left: dict[str, list[str]] = {}
        context.add_init_script(MARK)
        context.on("request", self._asked)  # a route would keep nothing in the cache, and cost half of the time

    def _asked(self, request) -> None:
        if not request.url.startswith((self.site.url, "data:")):
            self.left.setdefault(self.page.url, []).append(f"asked {request.url}")

    def look(self, path: str) -> None:
        answer = self.open(path)
        if answer.status == 200:
            self.scan(path, answer.headers["content-security-policy"])
        else:
            self.left[path] = [f"answered {answer.status}"]

    def scan(self, name: str, policy: str = "") -> None:
        left = self.page.evaluate(f"({SCAN})(document)")
        for inline in self.page.locator("script:not([src]):not([type*=json]), style").all_text_contents():
            if b64encode(sha256(inline.encode()).digest()).decode() not in policy:
                left.append(inline[:200])
        if left:
            self.left.setdefault(name, []).extend(left)


def links(visitor: Watched, start: str) -> list[str]:
    """Those of the page that is open."""
    found = visitor.page.evaluate("[...document.links].map(({ pathname }) => pathname)")
    return sorted({link for link in found if re.fullmatch(start, link)})


def test_no_hostile_text_runs_or_breaks_a_page(browser, hostile_site):
    with browser.new_context(bypass_csp=True) as context:
        seen = Watched(context, hostile_site)
        details = [f"/articles/hostile-{number}/" for number in range(ARTICLES)]
        for path in READERS.split():
            seen.look(path)
            if path in {"/symptoms/", "/treatments/", "/phases/"}:
                details += links(seen, f"{path}.+/")[::3]
        for path in details:
            seen.look(path)
        searched(seen)
        for path in ("/articles/feed/", "/sitemap.xml"):
            assert seen.page.request.get(f"{hostile_site.url}{path}").ok
        downloaded = seen.page.request.get(f"{hostile_site.url}/notes.html").text()
        seen.page.set_content(downloaded)
        assert not seen.page.evaluate("ran")
        converted_one_by_one(seen)
        sent_by_strangers(seen)
        staff_pages(seen)
        assert not seen.left, json.dumps(seen.left, indent=1)[:4000]


def searched(seen: Watched) -> None:
    """A few as pages, the others as the content of such a page."""
    addresses = [f"/search/?q={quote(text)}" for text in texts()[::20]]
    for address in addresses[::25]:
        seen.look(address)
    left = seen.page.evaluate(
        f"""async (addresses) => {{
          const left = [], scan = {SCAN}, reader = new DOMParser();
          for (const address of addresses) {{
            const html = await (await fetch(address)).text();
            left.push(...scan(reader.parseFromString(html, "text/html").body));
          }}
          return left;
        }}""",
        addresses,
    )
    assert not left, left[:20]


def converted_one_by_one(seen: Watched) -> None:
    """Each text alone, and as the parts of a link, a picture and a heading, as HTML that is set into a page."""
    places = ["{}", "## {}", "[{}](/)\n\n[x]({})\n\n![{}](/media/pictures/a.png)"]
    code = (
        "import json; from editorial.text.markdown import markdownify; from tests.hostile.corpus import texts;"
        f"print(json.dumps([markdownify(p.replace('{{}}', t)) for t in texts() for p in {places!r}]))"
    )
    made = json.loads(shell(seen.site, code))
    assert len(made) >= 3 * 1000
    seen.open("/about/")
    left = seen.page.evaluate(
        f"""async (made) => {{
          const left = [], scan = {SCAN}, box = document.createElement("div");
          document.body.append(box);
          for (const html of made) {{ box.innerHTML = html; left.push(...scan(box)); }}
          await new Promise((done) => setTimeout(done, 300));
          return [...new Set([...left, ...ran])];
        }}""",
        made,
    )
    assert not left, left[:20]


def sent_by_strangers(seen: Watched) -> None:
    """The form comes back with what was typed, and what is wrong with it."""
    for start in range(0, 1000, 200):
        some = texts()[start : start + 200]
        seen.open("/contact/")
        with seen.page.expect_navigation() as sent:
            seen.page.evaluate(
                """([name, phone, message]) => {
                  const form = document.querySelector("main form[method=post]");
                  form.noValidate = true;
                  for (const [field, text] of Object.entries({ name, phone, message }))
                    form.elements[field].value = text;
                  HTMLFormElement.prototype.submit.call(form);
                }""",
                [some[0], some[1], "\n".join(some)[:3000]],
            )
        seen.scan(f"the form with {start}", sent.value.headers["content-security-policy"])


def staff_pages(seen: Watched) -> None:
    seen.sign_in()
    seen.scan("the start page")
    for kind in STAFF.split():
        seen.look(f"/admin/{kind}/")
        rows = links(seen, rf"/admin/{kind}/[^/]+/change/")
        for path in rows if "callback" in kind else rows[:1]:
            seen.look(path)
            if "report" not in kind:
                seen.look(path.replace("change", "sheet" if "callback" in kind else "history"))
            if kind == "articles/article":
                compared = seen.page.get_by_role("link", name="with the one before").first.get_attribute("href")
                for other in (f"history/{compared}", "preview/", "delete/"):
                    seen.look(path.replace("change/", other))


def test_no_hostile_text_is_left_to_the_policy(browser, hostile_site):
    with browser.new_context() as context:
        seen = Watched(context, hostile_site)
        articles = [f"/articles/hostile-{number}/" for number in range(0, ARTICLES, 4)]
        for path in ["/", "/emergency/", "/a-z/", "/articles/", *articles]:
            seen.look(path)
        seen.sign_in()
        for kind in STAFF.split()[::3]:
            seen.look(f"/admin/{kind}/")
        assert not seen.left, json.dumps(seen.left, indent=1)[:4000]
