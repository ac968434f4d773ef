"""The slowest Markdown of 200,000 characters that generated texts find, beside a plain text of the same length.

`python -m bench.markdown [--texts N] [--seed N]`: each text is converted or refused; the ratio is in one run.
"""

import argparse
import os
import sys
import tempfile
import time

GOAL = 10  # times a plain text, which takes a tenth of a second


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--texts", type=int, default=400)
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    os.environ |= {"DJANGO_SETTINGS_MODULE": "detoxsite.settings", "VAR_DIR": tempfile.mkdtemp()}
    import django

    django.setup()
    from tests import hostile_markdown

    sentence = "A line of some **twenty** words, one of them strong, with a [link](/phases/) to a stage. "
    plain = _seconds((sentence * 8 + "\n\n") * 280)
    found = [(_seconds(text), text[:40]) for text in hostile_markdown.texts(chosen.texts, chosen.seed)]
    slowest, text = max(found)
    print(f"Plain: {plain:.2f} s. Slowest of {len(found)} generated texts: {slowest:.2f} s, {text!r}")
    print(f"Ratio {slowest / plain:.1f}, goal at most {GOAL}: {'reached' if slowest <= GOAL * plain else 'MISSED'}")
    return slowest > GOAL * plain


def _seconds(text: str) -> float:
    """Of processor."""
    from editorial.text.markdown import convert

    start = time.thread_time()
    convert(text)
    return time.thread_time() - start


if __name__ == "__main__":
    sys.exit(main())
