"""Each alert has a runbook, and the links between the operator's pages lead somewhere."""

import json
import re

import yaml

from tests.prebuilt import ROOT

DOCS = ROOT / "docs"
ALERTS = ROOT / "deploy" / "monitoring" / "alerts.yaml"
DASHBOARD = ROOT / "deploy" / "monitoring" / "dashboard.json"
PAGES = ["runbooks.md", "service-levels.md", "operators.md", "deploy.md"]


def rules() -> list[dict]:
    return [rule for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]]


def expressions() -> list[str]:
    """All that Prometheus is asked."""
    targets = [target for panel in json.loads(DASHBOARD.read_text())["panels"] for target in panel["targets"]]
    return [rule["expr"] for rule in rules()] + [target["expr"] for target in targets]


def metrics_asked_for() -> set[str]:
    return set(re.findall(r"\bdetox_\w+", " ".join(expressions())))


def headings(page: str) -> list[str]:
    return re.findall(r"^## (.+)$", (DOCS / page).read_text(), re.MULTILINE)


def test_each_alert_has_its_runbook():
    assert headings("runbooks.md") == [rule["alert"] for rule in rules()]
    for rule in rules():
        assert rule["annotations"]["runbook"] == f"docs/runbooks.md#{rule['alert'].lower()}"
        assert rule["labels"]["severity"] in {"page", "ticket"} and rule["annotations"]["summary"]


def test_links_of_operators_pages_lead_somewhere():
    for page in PAGES:
        text = (DOCS / page).read_text()
        for target, where in re.findall(r"\]\(([\w./-]+)\)(?:, \*([^*]+)\*)?", " ".join(text.split())):
            assert (DOCS / target).exists(), f"{page}: {target}"
            if where and target.endswith(".md"):
                there = (DOCS / target).read_text()
                assert f"## {where}" in there or f"**{where}.**" in there, f"{page}: {target}, {where}"
        for path in re.findall(r"`((?:deploy|tests|docs)/[\w./-]+)`", text):
            assert (ROOT / path).exists(), f"{page}: {path}"
