"""Send mail to staff: notices of callback requests, alerts about the site."""

from email.utils import make_msgid
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage

#: Each mail is filled up to a multiple of this many bytes, so that its size does not tell what is in it.
SIZE = 2048
FOOT = "\n-- \nNobody reads replies to this mail."


class NotSent(Exception):
    """The mail server did not take a mail to staff. Holds the kind of error only: its text may quote an address."""


def send(subject: str, text: str, to: list[str], headers: dict[str, str] | None = None) -> None:
    """Send one mail. Raises NotSent. Do not call it inside a transaction, which it would hold open."""
    own = {
        "Auto-Submitted": "auto-generated",  # asks for no out-of-office reply
        "Message-ID": make_msgid(domain=urlsplit(settings.SITE_URL).hostname),
    }
    try:
        mail = EmailMessage(subject, text + FOOT, to=to, headers=own | (headers or {}))
        mail.body += _filling(len(mail.message().as_bytes(linesep="\r\n")))
        mail.send()
        return
    except Exception as error:  # smtplib, socket and ssl each raise their own
        kind = type(error).__name__
    raise NotSent(kind)  # out here, so that the mail server's error is not its context


def _filling(size: int) -> str:
    """Spaces, in lines of 72 bytes as sent. smtplib ends the last line, with two bytes more."""
    lines, rest = divmod(-(size + 2) % SIZE, 72)
    return " " * rest + ("\n" + " " * 70) * lines
