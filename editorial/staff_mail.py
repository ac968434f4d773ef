"""Send mail to staff: notices of callback requests, alerts about the site."""

from django.core.mail import EmailMessage


class NotSent(Exception):
    """The mail server did not take a mail to staff. Holds the kind of error only: its text may quote an address."""


def send(subject: str, text: str, to: list[str], headers: dict[str, str] | None = None) -> None:
    """Send one mail. Raises NotSent. Do not call it inside a transaction, which it would hold open."""
    headers = {"Auto-Submitted": "auto-generated"} | (headers or {})  # asks for no out-of-office reply
    try:
        EmailMessage(subject, text, to=to, headers=headers).send()
        return
    except Exception as error:  # smtplib, socket and ssl each raise their own
        kind = type(error).__name__
    raise NotSent(kind)  # out here, so that the mail server's error is not its context
