"""Django's Redis cache, whose server may be away: then nothing is in it, and nothing but time is lost."""

import logging
from typing import Any

import redis
from django.core.cache.backends.redis import RedisCache

log = logging.getLogger(__name__)
SECONDS = 0.5  # to connect, and for an answer


class SharedCache(RedisCache):
    """What all processes on all hosts have in common. Raises nothing where Redis is away or slow."""

    def __init__(self, server: str, params: dict) -> None:
        limits = {"socket_connect_timeout": SECONDS, "socket_timeout": SECONDS}
        super().__init__(server, params | {"OPTIONS": limits | params.get("OPTIONS", {})})

    def get(self, key, default=None, version=None) -> Any:
        return self._ask("get", default, key, default, version)

    def get_many(self, keys, version=None) -> dict:
        return self._ask("get_many", {}, keys, version)

    def has_key(self, key, version=None) -> bool:
        return self._ask("has_key", False, key, version)

    def add(self, key, value, *arguments, **named) -> bool:
        return self._ask("add", False, key, value, *arguments, **named)

    def set(self, key, value, *arguments, **named) -> None:
        self._ask("set", None, key, value, *arguments, **named)

    def set_many(self, data, *arguments, **named) -> list:
        return self._ask("set_many", list(data), data, *arguments, **named)

    def delete(self, key, version=None) -> bool:
        return self._ask("delete", False, key, version)

    def delete_many(self, keys, version=None) -> None:
        self._ask("delete_many", None, keys, version)

    def clear(self) -> bool:
        return self._ask("clear", False)

    def _ask(self, name: str, otherwise: Any, *arguments, **named) -> Any:
        try:
            return getattr(super(), name)(*arguments, **named)
        except redis.RedisError as error:
            log.warning("The cache does not answer (%s).", type(error).__name__)
            return otherwise
