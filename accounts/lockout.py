"""Rate-limit sign-ins so that an attacker cannot lock out a colleague.

After five wrong passwords, the pair of account and address must wait. Each account, and each address, has a higher
limit of its own, which does not apply where the account signed in within 30 days. A browser that it signed in with is
counted apart from its address. An account that does not exist is treated like one that does.
"""

import datetime
import logging
import unicodedata

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.models import KnownAddress
from limits import counters

log = logging.getLogger(__name__)

WINDOW = datetime.timedelta(minutes=5)
PAIR_LIMIT = 5
#: For a known address: a colleague behind the same router must not be locked out easily, and there is a second factor.
KNOWN_PAIR_LIMIT = 20
ACCOUNT_LIMIT = 50
ADDRESS_LIMIT = 100
CODE_LIMIT = 5
KNOWN_FOR = datetime.timedelta(days=30)
#: Holds random text, the same for everybody who signs in with this browser.
BROWSER_COOKIE = "staff-browser"
#: The same in request.META once somebody has signed in, for StaffMiddleware to set the cookie.
BROWSER_META = "accounts.browser"


class Attempt:
    """One attempt to sign in with a password. `browser` is the content of its cookie, if any."""

    def __init__(self, username: str, address: str, browser: str = "") -> None:
        self.account = unicodedata.normalize("NFKC", username).casefold()
        self.address = address
        at_address = f"{self.account}\0{address}"
        self.places = [f"{self.account}\0browser {browser}", at_address] if browser else [at_address]
        live = KnownAddress.objects.filter(forget_at__gt=timezone.now())
        known = [place for place in self.places if live.filter(digest=_digest(place)).exists()]
        self.known = bool(known)
        self.pair = known[0] if known else at_address
        self.pair_limit = KNOWN_PAIR_LIMIT if known and self.pair == at_address else PAIR_LIMIT

    def is_allowed(self) -> bool:
        """Count the attempt before the password is checked, so that parallel attempts get no more than serial ones."""
        if not self.known and not (
            counters.peek("sign-in account", self.account, limit=ACCOUNT_LIMIT, window=WINDOW)
            and counters.peek("sign-in address", self.address, limit=ADDRESS_LIMIT, window=WINDOW)
        ):
            return False
        return counters.hit("sign-in pair", self.pair, limit=self.pair_limit, window=WINDOW)

    def failed(self) -> None:
        if not self.known:
            counters.hit("sign-in account", self.account, limit=ACCOUNT_LIMIT, window=WINDOW)
            counters.hit("sign-in address", self.address, limit=ADDRESS_LIMIT, window=WINDOW)

    def succeeded(self) -> None:
        counters.clear("sign-in pair", self.pair)

    def remember(self) -> None:
        """Remember address and browser after a sign-in with the second factor."""
        now = timezone.now()
        KnownAddress.objects.filter(forget_at__lte=now).delete()
        for place in self.places:
            KnownAddress.objects.update_or_create(digest=_digest(place), defaults={"forget_at": now + KNOWN_FOR})


def code_is_allowed(user: User) -> bool:
    """Count an attempt with a second-factor code. The password was right, so one limit is enough."""
    if counters.hit("second factor", str(user.pk), limit=CODE_LIMIT, window=WINDOW):
        return True
    log.warning("Too many wrong second-factor codes for user number %s, whose password was right", user.pk)
    return False


def code_was_right(user: User) -> None:
    counters.clear("second factor", str(user.pk))


def _digest(place: str) -> bytes:
    return salted_hmac("accounts.known-address", place, algorithm="sha256").digest()
