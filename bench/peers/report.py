"""The table, the picture and the goals of bench.compare, printed and put into docs/performance.md."""

import os
import re
import subprocess
from xml.sax.saxutils import escape

from bench import wagtail_site
from bench.peers.goals import Goal, Results
from bench.peers.picture import picture
from bench.peers.wordpress import PROGRAM
from tests.served import ROOT

BEGIN, END = "<!-- written by bench.compare -->", "<!-- end of what bench.compare writes -->"
PICTURE = "docs/performance.svg"
TITLES = {
    "cached": "this site, page cached",
    "not modified": "this site, 304 to a reader who has it",
    "cold": "this site, page rendered",
    "bare ours": "bare program, same bytes, this site's server",
    "bare stock": "bare program, same bytes, gunicorn as it comes",
    "file": "nginx, the page as a compressed file",
    "wagtail cached": "Wagtail, Django's per-site cache",
    "wagtail": "Wagtail, no cache",
    "wordpress packed": "WordPress, nginx keeps compressed pages",
    "wordpress cached": "WordPress, nginx keeps pages",
    "wordpress": "WordPress, no page cache",
}


def rate(value: float) -> str:
    return f"{value:,.0f}"


def table(results: Results) -> str:
    """Markdown, in the order of TITLES."""
    lines = ["| | requests/s | p99 ms | MB at rest |", "|---|--:|--:|--:|"]
    for name, title in TITLES.items():
        if sample := results.samples.get(name):
            memory = f"{results.memory[name]:.0f}" if name in results.memory else ""
            lines.append(f"| {title} | {rate(sample.rate)} | {sample.p99:.2f} | {memory} |")
    return "\n".join(lines)


def goals_table(goals: list[Goal]) -> str:
    lines = ["| goal | | found | |", "|---|---|--:|---|"]
    lines += [f"| {g.what} | {g.wanted} | {g.found} | {'met' if g.is_met else '**missed**'} |" for g in goals]
    return "\n".join(lines)


def write(results: Results, goals: list[Goal]) -> None:
    """Raises ValueError where docs/performance.md has lost the two marks."""
    rates = {TITLES[name]: results.samples[name].rate for name in TITLES if name in results.samples}
    title = (
        f"Requests a second for the same article: {'; '.join(f'{name} {rate(value)}' for name, value in rates.items())}"
    )
    (ROOT / PICTURE).write_text(picture(rates, escape(title), "this site"), encoding="utf-8")
    page = ROOT / "docs/performance.md"
    text = page.read_text(encoding="utf-8")
    if not re.search(f"{BEGIN}.*{END}", text, re.DOTALL):
        raise ValueError(f"docs/performance.md has no {BEGIN} and {END}.")
    image = "![Bars: requests a second of each, the numbers of the table below](performance.svg)"
    parts = [BEGIN, image, table(results), goals_table(goals), f"{results.versions}", END]
    before, after = text[: text.index(BEGIN)], text[text.index(END) + len(END) :]
    page.write_text(before + "\n\n".join(parts) + after, encoding="utf-8")


def versions(busy: float) -> str:
    """What was measured, on how many cores, of which other programs kept `busy` at work."""
    nginx = _first(["/usr/sbin/nginx", "-v"], r"nginx/([\d.]+)")
    code = (PROGRAM / "wp-includes" / "version.php").read_text(encoding="utf-8")
    wordpress = re.search(r"wp_version = '([\d.]+)'", code)[1]
    php = _first(["php", "-v"], r"PHP ([\d.]+)")
    database = _first(["/usr/sbin/mariadbd", "--version"], r"([\d.]+)-MariaDB")
    show = "from importlib.metadata import version as v; print(v('wagtail'), v('gunicorn'), v('Django'))"
    python = wagtail_site.set_up() / "env" / "bin" / "python"
    wagtail, gunicorn, django = _first([str(python), "-c", show], r"(.+)").split()
    return (
        f"Measured on {os.cpu_count()} cores, which the load shares: nginx {nginx}, WordPress {wordpress} with "
        f"PHP {php} and MariaDB {database}, Wagtail {wagtail} with Django {django} on gunicorn {gunicorn}. "
        f"Before it began, {busy:.1f} programs of others wanted a core."
    )


def _first(command: list[str], pattern: str) -> str:
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    return re.search(pattern, result.stdout + result.stderr)[1]
