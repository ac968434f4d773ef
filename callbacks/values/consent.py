"""The consent to be called, not to share a treatment record: the elements of 42 CFR 2.31 in plain words."""

from django.utils.translation import gettext_lazy as _

#: By version, which each request stores. Never change one, in any language, as people agreed to it: add a new one.
WORDS = {
    1: _(
        "By asking, you consent: our staff use what you send for one purpose, to reach you about treatment. This "
        "expires when we erase it, in %(days)s days. Take it back any time: cancel on your private page, or call us."
    ),
    2: _(
        "By asking, you consent: our staff use what you send for one purpose, to reach you about treatment. Consent "
        "ends when we erase it, in %(days)s days. Take it back any time: cancel on your private page, or call us."
    ),
}
CURRENT = max(WORDS)


def words(version: int, days: int) -> str:
    """Return the words of a version, for a request that is kept for `days`; "" if it is of a release to come."""
    return WORDS.get(version, "") % {"days": days}
