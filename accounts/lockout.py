"""Slows whoever guesses, without a way to keep a colleague out.

Five wrong passwords for one account from one address: that pair waits. One account, or one address, has a looser limit
over all; an address from which the account was signed in to within 30 days is not held to it, so what others do
elsewhere does not reach a colleague at the usual desk. A browser in which it was signed in to is counted by itself, so
what others do behind the same address does not reach it either. All windows end five minutes after they began. An
account that does not exist is treated like one that does.
"""

import datetime
import logging
import unicodedata

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.models import KnownAddress
from limits import counters

logger = logging.getLogger(__name__)

WINDOW = datetime.timedelta(minutes=5)
PAIR_LIMIT = 5
#: From an address where the account was signed in to before: a colleague behind the same router must not be kept out
#: easily, and the second factor stands behind the password.
KNOWN_PAIR_LIMIT = 20
ACCOUNT_LIMIT = 50
ADDRESS_LIMIT = 100
CODE_LIMIT = 5
KNOWN_FOR = datetime.timedelta(days=30)
#: Holds a random text, the same for all who sign in in this browser.
BROWSER_COOKIE = "staff-browser"


class Attempt:
    """One try to sign in to an account with a password from an address. `browser` is what its cookie holds, if any."""

    def __init__(self, username: str, address: str, browser: str = "") -> None:
        self.account = unicodedata.normalize("NFKC", username).casefold()
        self.address = address
        self.places = [f"{self.account}\0browser {browser}"] if browser else []
        self.places.append(f"{self.account}\0{address}")
        self.pair = next(filter(_is_known, self.places), self.places[-1])
        self.known = _is_known(self.pair)

    def may_go_on(self) -> bool:
        """Counts the try before the password is looked at, so that many at once get no more than few in a row."""
        if not self.known and not (
            counters.peek("sign-in account", self.account, limit=ACCOUNT_LIMIT, window=WINDOW)
            and counters.peek("sign-in address", self.address, limit=ADDRESS_LIMIT, window=WINDOW)
        ):
            return False
        is_known_address = self.known and self.pair == self.places[-1]
        limit = KNOWN_PAIR_LIMIT if is_known_address else PAIR_LIMIT
        return bool(counters.hit("sign-in pair", self.pair, limit=limit, window=WINDOW))

    def failed(self) -> None:
        if not self.known:
            counters.hit("sign-in account", self.account, limit=ACCOUNT_LIMIT, window=WINDOW)
            counters.hit("sign-in address", self.address, limit=ADDRESS_LIMIT, window=WINDOW)

    def succeeded(self) -> None:
        counters.clear("sign-in pair", self.pair)

    def remember(self) -> None:
        """The account was signed in to from here, second factor and all."""
        now = timezone.now()
        KnownAddress.objects.filter(forget_at__lte=now).delete()
        for place in self.places:
            KnownAddress.objects.update_or_create(digest=_digest(place), defaults={"forget_at": now + KNOWN_FOR})


def code_may_be_tried(user: User) -> bool:
    """Counts a try of a second-factor code. Only who has the password gets this far, so one limit is enough."""
    result = counters.hit("second factor", str(user.pk), limit=CODE_LIMIT, window=WINDOW)
    if not result:
        logger.warning("Too many wrong second-factor codes for user number %s, whose password was right", user.pk)
    return bool(result)


def code_was_right(user: User) -> None:
    counters.clear("second factor", str(user.pk))


def _is_known(pair: str) -> bool:
    return KnownAddress.objects.filter(digest=_digest(pair), forget_at__gt=timezone.now()).exists()


def _digest(pair: str) -> bytes:
    return salted_hmac("accounts.known-address", pair, algorithm="sha256").digest()
