"""System checks of notices to staff."""

from django.conf import settings
from django.core.checks import CheckMessage, Warning, register


@register()
def mail_password_is_encrypted(**kwargs) -> list[CheckMessage]:
    plain = settings.EMAIL_HOST and not (settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL)
    if not (plain and settings.EMAIL_HOST_PASSWORD) or settings.EMAIL_HOST in {"localhost", "127.0.0.1", "::1"}:
        return []
    hint = "Use smtp+tls:// or smtps:// in MAIL_URL."
    return [Warning("The mail server's password is sent unencrypted.", hint=hint, id="callbacks.W002")]
