"""An S3-compatible store as a Django storage: in bounded memory, without temporary files, and private.

Objects are read and written in parts. The site serves pictures and attachments itself and gives out no URL of the
store. Errors are those of a local folder: FileNotFoundError or OSError.
"""

import contextlib
import errno
import functools
import threading
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

PART_BYTES = 5 * 1024 * 1024  # S3's minimum for every part but the last
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
_MISSING = {"404", "NoSuchKey", "NotFound", "NoSuchUpload"}
_client_lock = threading.Lock()


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


def _part_of(response: dict[str, Any], name: str) -> str:
    """Raises OSError where the store left it out."""
    if not (value := response.get(name)):
        raise OSError(errno.EIO, f"The store's answer has no {name}")
    return value


class S3Storage(Storage):
    """A folder of a bucket, `location`. Saving under an existing name overwrites."""

    def __init__(
        self,
        *,
        endpoint_url: str,
        region_name: str,
        bucket_name: str,
        location: str,
        access_key: str,
        secret_key: str,
    ) -> None:
        self.bucket_name, self.location = bucket_name, location
        self._access = endpoint_url, region_name, access_key, secret_key

    @property
    def client(self) -> BaseClient:
        """One client for all threads: each takes megabytes."""
        with _client_lock:
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
        return S3Writer(self, name) if "w" in mode else S3Reader(self, name)

    def beginning(self, name: str, size: int) -> bytes:
        """Return the first `size` bytes of an object, or as many as it has."""
        response = self.call("get_object", name, Range=f"bytes=0-{size - 1}")
        with _folder_errors(name), contextlib.closing(response["Body"]) as body:
            return body.read()

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        return name

    def _save(self, name: str, content: File) -> str:
        self.call("put_object", name, Body=b"".join(content.chunks()))
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
        return [
            entry["Key"].rsplit("/", 1)[-1]
            for entry in self._all("list_objects_v2", "Contents", "LastModified", moment)
        ]

    def abort_uploads_older_than(self, moment: datetime) -> int:
        """Abort the uploads that a killed process left before `moment`; return how many.

        Their parts take up space and are in no listing of objects.
        """
        try:
            old = list(self._all("list_multipart_uploads", "Uploads", "Initiated", moment))
        except FileNotFoundError:  # how some stores say that there is none, such as rclone after a start
            return 0
        for upload in old:
            with contextlib.suppress(FileNotFoundError):  # completed or aborted in the meantime
                self.call("abort_multipart_upload", Key=upload["Key"], UploadId=upload["UploadId"])
        return len(old)

    def _all(self, operation: str, listing: str, age: str, moment: datetime) -> Iterator[dict[str, Any]]:
        for page in self._pages(operation, Prefix=f"{self.location}/"):
            yield from (entry for entry in page.get(listing, []) if entry[age] < moment)

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


class S3Writer(File):
    """A new object, which exists, complete and durable, once it is closed. At most one part is in memory."""

    def __init__(self, storage: S3Storage, name: str) -> None:
        super().__init__(None, name)
        self._name = name
        self._storage = storage
        self._held = bytearray()
        self._length = 0
        self._upload_id = ""
        self._parts: list[dict[str, Any]] = []
        self._is_open = True

    @property
    def closed(self) -> bool:
        return not self._is_open

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._held += data
        self._length += len(data)
        while len(self._held) >= PART_BYTES:  # some stores want all parts but the last of one size
            self._send_part(PART_BYTES)
        return len(data)

    def close(self) -> None:
        """Complete the object. Raises OSError if the store did not take all of it; it keeps nothing then."""
        if not self._is_open:
            return
        try:
            if self._upload_id:
                if self._held:
                    self._send_part(len(self._held))
                self._call("complete_multipart_upload", MultipartUpload={"Parts": self._parts})
            else:
                self._storage.call("put_object", self.name, Body=bytes(self._held))
            self._is_open = False
            if self._storage.size(self._name) != self._length:  # a store may report success and keep nothing
                raise OSError(errno.EIO, "The store did not keep what it took")
        finally:
            self.abort()

    def abort(self) -> None:
        """Drop what was written. If the store cannot be reached, `abort_uploads_older_than` does so later."""
        self._held = bytearray()
        if self._is_open and self._upload_id:
            with contextlib.suppress(OSError):
                self._call("abort_multipart_upload")
        self._is_open = False

    def _send_part(self, size: int) -> None:
        if not self._upload_id:
            self._upload_id = _part_of(self._storage.call("create_multipart_upload", self.name), "UploadId")
        number = len(self._parts) + 1
        part, self._held = bytes(self._held[:size]), self._held[size:]
        response = self._call("upload_part", PartNumber=number, Body=part)
        self._parts.append({"PartNumber": number, "ETag": _part_of(response, "ETag")})

    def _call(self, operation: str, **arguments: Any) -> dict[str, Any]:
        return self._storage.call(operation, self.name, UploadId=self._upload_id, **arguments)
