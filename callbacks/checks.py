"""System checks of notices to staff."""

from django.conf import settings
from django.core.checks import CheckMessage, Info, Warning, register


@register()
def notices_are_complete(**kwargs) -> list[CheckMessage]:
    if bool(settings.NOTICE_EMAILS) == bool(settings.EMAIL_HOST):
        return []
    missing = "MAIL_URL" if settings.NOTICE_EMAILS else "NOTICE_EMAILS"
    return [Warning(f"Staff get no notices: {missing} is not set.", id="callbacks.W001")]


@register(deploy=True)
def notices_are_enabled(**kwargs) -> list[CheckMessage]:
    if settings.NOTICE_EMAILS or settings.EMAIL_HOST:
        return []
    hint = "Set NOTICE_EMAILS, MAIL_URL and MAIL_FROM (docs/operators.md, Notices to staff)."
    return [Info("Staff are not notified of new callback requests.", hint=hint, id="callbacks.I001")]


@register()
def mail_password_is_encrypted(**kwargs) -> list[CheckMessage]:
    plain = settings.EMAIL_HOST and not (settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL)
    if not (plain and settings.EMAIL_HOST_PASSWORD) or settings.EMAIL_HOST in {"localhost", "127.0.0.1", "::1"}:
        return []
    hint = "Use smtp+tls:// or smtps:// in MAIL_URL."
    return [Warning("The mail server's password is sent unencrypted.", hint=hint, id="callbacks.W002")]
