"""The Nu validator on every kind of page, its private version, answers to forms, the file to keep and the pictures.

`make validate` runs it, in one start of Java. Needs npm (for the validator itself, kept in BENCH_CACHE, which is
var/bench where nothing is set) and Java 11 or newer; without them it says so and fails.
"""

import json
import logging
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from tests.node import installed, needed
from tests.pages import MISSING, READING, SPANISH
from tests.served import ROOT

EMPTY = [
    *("/search/", "/search/?q=qqqqzzzz", "/treatments/compare/?place=home&medicine=no&soon=today&cravings=eases"),
    "/feedback/thanks/?page=/about/",
]
#: Forms with an answer, and with something wrong.
SENT = [
    ("/phases/now/", {"since": "48-72", "substance": "heroin"}),
    ("/phases/now/", {"since": "48-72", "substance": "fentanyl"}),
    ("/phases/now/", {}),
    ("/phases/now/check-in/", {"danger": "seizure", "felt": ["insomnia", "nausea-and-vomiting"], "since": "24-48"}),
    ("/phases/now/check-in/", {}),
    ("/contact/", {}),
    ("/feedback/", {}),
]


def main() -> None:
    jar, java = installed("vnu-jar") / "build" / "dist" / "vnu.jar", needed("java", "default-jre-headless")
    with tempfile.TemporaryDirectory(prefix="markup-") as folder:
        names = written(Path(folder))
        command = [java, "-jar", str(jar), "--errors-only", "--format", "json", "--also-check-svg", f"{folder}/pages"]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        problems = json.loads(result.stderr)["messages"]
    except ValueError:
        raise SystemExit(f"The validator did not run: {result.stderr or result.stdout}") from None
    for problem in problems:
        name = names.get(Path(problem.get("url", "")).name, "")
        print(f"{name}: {problem['message']}\n    {problem.get('extract', '').strip()}", file=sys.stderr)
    if problems or result.returncode:
        raise SystemExit(f"The Nu validator finds {len(problems)} errors in {len(names)} files.")
    print(f"The Nu validator finds no error in {len(names)} files.")


def written(folder: Path) -> dict[str, str]:
    """Every page as a file in `folder`; returns what each file's name means."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "detoxsite.settings"
    os.environ["VAR_DIR"] = str(folder / "var")
    import django

    django.setup()
    from django.core.management import call_command
    from django.test import Client

    from privateversion import codes

    logging.disable()
    with open(os.devnull, "w") as nowhere:
        call_command("prepare", stdout=nowhere)
    client = Client(headers={"host": "127.0.0.1"})
    private = [codes.private(urlsplit(path).path) for path in READING]
    answers = [(path, client.get(path)) for path in [*READING, *SPANISH, *EMPTY, *private, "/notes.html", MISSING]]
    answers += [(f"{path} after {data or 'nothing'}", client.post(path, data)) for path, data in SENT]
    pages, names = folder / "pages", {}
    pages.mkdir()
    for number, (said, answer) in enumerate(answers):
        wanted = 404 if said == MISSING else 422 if said.endswith("after nothing") else 200
        assert answer.status_code == wanted, (said, answer.status_code)
        names[f"{number}.html"] = said
        (pages / f"{number}.html").write_bytes(answer.content)
    for picture in (ROOT / "static" / "img").glob("*.svg"):
        names[picture.name] = picture.name
        (pages / picture.name).write_bytes(picture.read_bytes())
    return names


if __name__ == "__main__":
    main()
