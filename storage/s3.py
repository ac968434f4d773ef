"""An S3-compatible store behind Django's storage interface, as Django's own file storage is for folders.

Objects go in and out part by part, in bounded memory and without a file of this machine. Everything is private: readers
get pictures through us, and staff what people sent. Whatever the store answers, callers see what a folder would raise:
FileNotFoundError, or OSError.
"""

import contextlib
import errno
import functools
import threading
from collections.abc import Iterator
from datetime import datetime

import boto3
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.core.files import File
from django.core.files.storage import Storage

PART_BYTES = 5 * 1024 * 1024  # the least that S3 takes as a part that is not the last
#: A store that is away must not keep a person waiting: seconds to connect, and without a byte; one more try.
CONFIG = Config(
    connect_timeout=3,
    read_timeout=15,
    retries={"mode": "standard", "total_max_attempts": 2},
    max_pool_connections=64,
    signature_version="s3v4",
    s3={"addressing_style": "path"},
    # Many compatible stores do not know the newer checksums, and what people send carries its own.
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
)
_MISSING = {"404", "NoSuchKey", "NotFound", "NoSuchUpload"}


_making = threading.Lock()


@functools.lru_cache(8)
def _client(endpoint: str, region: str, access_key: str, secret_key: str) -> BaseClient:
    """Takes a third of a second to make. Made when first used, so after a server's fork."""
    session = boto3.Session(access_key, secret_key, region_name=region)
    return session.client("s3", endpoint_url=endpoint, config=CONFIG)


@contextlib.contextmanager
def _as_a_folder_would(name: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        if code in _MISSING:
            raise FileNotFoundError(errno.ENOENT, "No such object", name) from None
        raise OSError(errno.EIO, f"The store refused ({code})") from None  # its own words may quote keys
    except BotoCoreError as error:
        raise OSError(errno.EIO, f"The store cannot be reached ({type(error).__name__})") from None


class Store(Storage):
    """A folder of a bucket, `location`. What is saved under a name that is there already takes its place."""

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
        """One for all threads: one a thread would take megabytes for each upload thread."""
        with _making:
            return _client(*self._access)

    def call(self, operation: str, name: str = "", **arguments) -> dict:
        """Asks the store. Raises FileNotFoundError or OSError."""
        where = {"Bucket": self.bucket_name} | ({"Key": self._key(name)} if name else {})
        with _as_a_folder_would(name):
            return getattr(self.client, operation)(**where, **arguments)

    def _key(self, name: str) -> str:
        """Raises SuspiciousFileOperation for a name that would lead out of the folder."""
        if not {"", ".", ".."}.isdisjoint(name.split("/")):
            raise SuspiciousFileOperation("A name must stay inside its folder.")
        return f"{self.location}/{name}"

    def _open(self, name: str, mode: str = "rb") -> File:
        return Writing(self, name) if "w" in mode else Reading(self, name)

    def beginning(self, name: str, size: int) -> bytes:
        """The first `size` bytes of an object, or as many as it has."""
        answer = self.call("get_object", name, Range=f"bytes=0-{size - 1}")
        with _as_a_folder_would(name), contextlib.closing(answer["Body"]) as body:
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

    def url(self, name: str, *arguments, **named) -> str:
        """Where this site would serve it. No address of the store is given out, signed or not."""
        return f"{settings.MEDIA_URL}{name}"

    def names_older_than(self, moment: datetime) -> list[str]:
        """Objects last written before `moment`, with one question for every thousand."""
        return [
            entry["Key"].rsplit("/", 1)[-1]
            for entry in self._all("list_objects_v2", "Contents", "LastModified", moment)
        ]

    def abort_older_than(self, moment: datetime) -> int:
        """Ends uploads that were begun before `moment` and never finished, as a killed process leaves; how many.

        Their parts take room and are in no listing of objects.
        """
        try:
            old = list(self._all("list_multipart_uploads", "Uploads", "Initiated", moment))
        except FileNotFoundError:  # how some stores say that there is none, rclone after a start for one
            return 0
        for upload in old:
            with contextlib.suppress(FileNotFoundError):  # finished or ended meanwhile
                self.call("abort_multipart_upload", Key=upload["Key"], UploadId=upload["UploadId"])
        return len(old)

    def _all(self, operation: str, listing: str, age: str, moment: datetime) -> Iterator[dict]:
        for page in self._pages(operation, Prefix=f"{self.location}/"):
            yield from (entry for entry in page.get(listing, []) if entry[age] < moment)

    def _pages(self, operation: str, **arguments) -> Iterator[dict]:
        with _as_a_folder_would(""):
            yield from self.client.get_paginator(operation).paginate(Bucket=self.bucket_name, **arguments)


class Reading(File):
    """An object as it arrives. Cannot be wound back."""

    def __init__(self, store: Store, name: str) -> None:
        answer = store.call("get_object", name)
        super().__init__(answer["Body"], name)
        self._length = answer["ContentLength"]

    @property
    def size(self) -> int:
        return self._length

    def read(self, size: int | None = None) -> bytes:
        with _as_a_folder_would(self.name):
            return self.file.read(size)

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        return iter(functools.partial(self.read, chunk_size or self.DEFAULT_CHUNK_SIZE), b"")

    def __iter__(self) -> Iterator[bytes]:
        return self.chunks()


class Writing(File):
    """A new object: there, whole and durable, once it is closed, and not before. At most one part is in memory."""

    def __init__(self, store: Store, name: str) -> None:
        super().__init__(None, name)
        self._store = store
        self._held = bytearray()
        self._upload = ""
        self._parts: list[dict] = []
        self._open = True

    @property
    def closed(self) -> bool:
        return not self._open

    def write(self, data: bytes) -> int:
        self._held += data
        while len(self._held) >= PART_BYTES:
            self._send_part(PART_BYTES)
        return len(data)

    def close(self) -> None:
        """Raises OSError where the store did not take all of it; then it keeps nothing of it."""
        if not self._open:
            return
        try:
            if self._upload:
                if self._held:
                    self._send_part(len(self._held))
                arguments = {"UploadId": self._upload, "MultipartUpload": {"Parts": self._parts}}
                self._store.call("complete_multipart_upload", self.name, **arguments)
            else:
                self._store.call("put_object", self.name, Body=bytes(self._held))
            self._open = False
        finally:
            self.abort()

    def abort(self) -> None:
        """Drops what was written. What the store does not hear is left for `abort_older_than`."""
        self._held = bytearray()
        if self._open and self._upload:
            with contextlib.suppress(OSError):
                self._store.call("abort_multipart_upload", self.name, UploadId=self._upload)
        self._open = False

    def _send_part(self, size: int) -> None:
        if not self._upload:
            self._upload = self._store.call("create_multipart_upload", self.name)["UploadId"]
        number = len(self._parts) + 1
        part, self._held = bytes(self._held[:size]), self._held[size:]
        answer = self._store.call("upload_part", self.name, UploadId=self._upload, PartNumber=number, Body=part)
        self._parts.append({"PartNumber": number, "ETag": answer["ETag"]})
