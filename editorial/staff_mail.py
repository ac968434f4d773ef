"""Send mail to staff: notices of callback requests, alerts about the site."""

from email.utils import make_msgid
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Warning, register
from django.core.mail import EmailMessage

#: Each mail is padded to a multiple of this many bytes, so that its size reveals nothing.
PADDED_TO = 2048
FOOTER = "\n-- \nNobody reads replies to this mail."


class NotSent(Exception):
    """A mail to staff could not be sent. Holds only the kind of error, as its text may quote an address."""


def send(subject: str, text: str, to: list[str], headers: dict[str, str] | None = None) -> None:
    """Send one mail. Raises NotSent. Do not call it inside a transaction, which it would hold open."""
    own = {
        "Auto-Submitted": "auto-generated",  # asks for no out-of-office reply
        "Message-ID": make_msgid(domain=urlsplit(settings.SITE_URL).hostname),
    }
    try:
        mail = EmailMessage(subject, text + FOOTER, to=to, headers=own | (headers or {}))
        mail.body += _filling(len(mail.message().as_bytes(linesep="\r\n")))
        mail.send()
        return
    except Exception as error:  # smtplib, socket and ssl each raise their own
        kind = type(error).__name__
    raise NotSent(kind)  # outside the except block, so that the original error is not its context


@register()
def password_is_encrypted(**kwargs: object) -> list[CheckMessage]:
    plain = settings.EMAIL_HOST and not (settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL)
    if not (plain and settings.EMAIL_HOST_PASSWORD) or settings.EMAIL_HOST in {"localhost", "127.0.0.1", "::1"}:
        return []
    hint = "Use smtp+tls:// or smtps:// in MAIL_URL."
    return [Warning("The mail server's password is sent unencrypted.", hint=hint, id="editorial.W001")]


def _filling(size: int) -> str:
    """Return padding: lines of 72 bytes as sent. smtplib ends the last line with two more bytes."""
    lines, rest = divmod(-(size + 2) % PADDED_TO, 72)
    return " " * rest + ("\n" + " " * 70) * lines
