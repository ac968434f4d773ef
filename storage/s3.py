"""An S3-compatible store as a Django storage, private and in bounded memory.

An object is read as it arrives and written in one request, so it is there as a whole or not at all. The site serves
pictures and attachments itself and gives out no URL of the store. Errors are those of a local folder: FileNotFoundError
or OSError.
"""

import contextlib
import errno
import functools
from collections.abc import Iterator
from datetime import datetime
from typing import IO, Any

import boto3
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.core.files import File
from django.core.files.storage import Storage

#: A store that is down must not keep a person waiting: seconds to connect, and without a byte; one retry.
CONFIG = Config(
    connect_timeout=3,
    read_timeout=15,
    retries={"mode": "standard", "total_max_attempts": 2},
    max_pool_connections=64,
    signature_version="s3v4",
    s3={"addressing_style": "path"},
    # Many compatible stores lack the newer checksums; sealed files carry their own.
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
)
_MISSING = {"404", "NoSuchKey", "NotFound"}


@functools.lru_cache(8)
def _client(endpoint: str, region: str, access_key: str, secret_key: str) -> BaseClient:
    """Make a client, which takes a third of a second; called on first use, so after the server forks."""
    session = boto3.Session(access_key, secret_key, region_name=region)
    return session.client("s3", endpoint_url=endpoint, config=CONFIG)


@contextlib.contextmanager
def _folder_errors(name: str | None = None) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        if code in _MISSING:
            raise FileNotFoundError(errno.ENOENT, "No such object", name) from None
        raise OSError(errno.EIO, f"The store refused ({code})") from None  # its own message may quote keys
    except BotoCoreError as error:
        raise OSError(errno.EIO, f"The store cannot be reached ({type(error).__name__})") from None


class S3Storage(Storage):
    """A folder of a bucket, `location`. Saving under an existing name overwrites."""

    def __init__(
        self, *, endpoint_url: str, region_name: str, bucket_name: str, location: str, access_key: str, secret_key: str
    ) -> None:
        self.bucket_name, self.location = bucket_name, location
        self._access = endpoint_url, region_name, access_key, secret_key

    @property
    def client(self) -> BaseClient:
        """One client for all threads: each takes megabytes."""
        return _client(*self._access)

    def call(self, operation: str, name: str | None = None, **arguments: Any) -> dict[str, Any]:
        """Send one request. Raises FileNotFoundError or OSError."""
        where = {"Bucket": self.bucket_name} | ({"Key": self._key(name)} if name else {})
        with _folder_errors(name):
            return getattr(self.client, operation)(**where, **arguments)

    def _key(self, name: str) -> str:
        """Return an object's key. Raises SuspiciousFileOperation for a name outside the folder."""
        if not {"", ".", ".."}.isdisjoint(name.split("/")):
            raise SuspiciousFileOperation("A name must stay inside its folder.")
        return f"{self.location}/{name}"

    def _open(self, name: str, mode: str = "rb") -> File:
        return S3Reader(self, name)

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        return name

    def _save(self, name: str, content: File) -> str:
        """Save an object. Raises OSError also if the store reports success and keeps nothing."""
        content.seek(0)
        self.call("put_object", name, Body=content)
        if self.size(name) != content.size:
            raise OSError(errno.EIO, "The store did not keep what it took")
        return name

    def delete(self, name: str) -> None:
        self.call("delete_object", name)

    def exists(self, name: str) -> bool:
        try:
            self.call("head_object", name)
        except FileNotFoundError:
            return False
        return True

    def size(self, name: str) -> int:
        return self.call("head_object", name)["ContentLength"]

    def get_modified_time(self, name: str) -> datetime:
        return self.call("head_object", name)["LastModified"]

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        begin = f"{self._key(path.rstrip('/'))}/" if path else f"{self.location}/"
        folders, names = [], []
        for page in self._pages("list_objects_v2", Prefix=begin, Delimiter="/"):
            folders += [entry["Prefix"].removeprefix(begin).rstrip("/") for entry in page.get("CommonPrefixes", [])]
            names += [entry["Key"].removeprefix(begin) for entry in page.get("Contents", []) if entry["Key"] != begin]
        return folders, names

    def url(self, name: str | None) -> str:
        """Return this site's URL for it, not a signed one of the store."""
        return f"{settings.MEDIA_URL}{name}"

    def names_older_than(self, moment: datetime) -> list[str]:
        """Return the objects last written before `moment`; one request for every thousand."""
        pages = self._pages("list_objects_v2", Prefix=f"{self.location}/")
        objects = (entry for page in pages for entry in page.get("Contents", []))
        return [entry["Key"].rsplit("/", 1)[-1] for entry in objects if entry["LastModified"] < moment]

    def _pages(self, operation: str, **arguments: str) -> Iterator[dict[str, Any]]:
        with _folder_errors():
            yield from self.client.get_paginator(operation).paginate(Bucket=self.bucket_name, **arguments)


class S3Reader(File):
    """An object, read as it arrives; it cannot be rewound."""

    file: IO[bytes]

    def __init__(self, storage: S3Storage, name: str) -> None:
        response = storage.call("get_object", name)
        super().__init__(response["Body"], name)
        self.size = response["ContentLength"]

    def read(self, size: int | None = None) -> bytes:
        with _folder_errors(self.name):
            return self.file.read(-1 if size is None else size)
