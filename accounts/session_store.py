"""Keep sessions in the database under a hash of their key."""

import hashlib
from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.base_session import AbstractBaseSession
from django.utils import timezone


def _stored(key: str) -> str:
    """Return the hash of a key, 160 bits, which is what the column holds."""
    return hashlib.sha256(key.encode()).hexdigest()[:40]


class SessionStore(db.SessionStore):
    """Stores no key, as a cookie with it opens staff pages: a copy of the database must let nobody in."""

    def load(self) -> dict[str, Any]:
        live = self.model.objects.filter(expire_date__gt=timezone.now())
        row = live.filter(session_key=_stored(self.session_key or "")).first()
        if row is None:
            self._session_key = None  # otherwise the next sign-in would keep a key that somebody else chose
            return {}
        return self.decode(row.session_data)

    def exists(self, session_key: str) -> bool:
        return super().exists(_stored(session_key))

    def create_model_instance(self, data: dict[str, Any]) -> AbstractBaseSession:
        row = super().create_model_instance(data)
        row.session_key = _stored(row.session_key)
        return row

    def delete(self, session_key: str | None = None) -> None:
        if key := session_key or self.session_key:
            super().delete(_stored(key))
