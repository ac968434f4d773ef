"""What is sealed opens only whole, unchanged, in its own place and with its own key."""

import io
import os

import pytest

from vault import keyring, streams
from vault.keyring import VaultError
from vault.streams import CHUNK_BYTES, HEADER_BYTES, TAG_BYTES, EncryptingWriter, decrypted_chunks

pytestmark = pytest.mark.any_backend

SEALED_CHUNK = CHUNK_BYTES + TAG_BYTES
CHUNKS = slice(HEADER_BYTES, None)


def encrypted(plain: bytes, object_id: str = "an-object", piece: int = 10_000) -> bytes:
    file = io.BytesIO()
    writer = EncryptingWriter(file, object_id)
    for start in range(0, len(plain), piece):
        writer.write(plain[start : start + piece])
    writer.finish()
    return file.getvalue()


def decrypted(data: bytes, object_id: str = "an-object") -> bytes:
    return b"".join(decrypted_chunks(io.BytesIO(data), object_id))


def test_data_key_opens_with_its_context():
    key = keyring.new_data_key()
    assert keyring.unwrap(keyring.wrap(key, context=b"here"), context=b"here") == key


def test_data_key_from_elsewhere_does_not_open():
    wrapped = keyring.wrap(keyring.new_data_key(), context=b"here")
    with pytest.raises(VaultError):
        keyring.unwrap(wrapped, context=b"there")


@pytest.mark.parametrize("at", [0, 1, 2, 3, 20, keyring.WRAPPED_BYTES - 1])
def test_data_key_changed_anywhere_does_not_open(at):
    wrapped = bytearray(keyring.wrap(keyring.new_data_key(), context=b"here"))
    wrapped[at] ^= 1
    with pytest.raises(VaultError):
        keyring.unwrap(bytes(wrapped), context=b"here")


@pytest.mark.parametrize("wrapped", [b"", b"\x01", b"x" * 200])
def test_data_key_of_the_wrong_length_does_not_open(wrapped):
    with pytest.raises(VaultError):
        keyring.unwrap(wrapped, context=b"here")


def test_newest_key_locks_and_older_ones_still_open(settings):
    settings.VAULT_KEYS = {1: os.urandom(32)}
    old = keyring.wrap(b"k" * 32, context=b"here")
    settings.VAULT_KEYS = settings.VAULT_KEYS | {300: os.urandom(32)}
    new = keyring.wrap(b"n" * 32, context=b"here")
    assert keyring.unwrap(old, context=b"here") == b"k" * 32
    settings.VAULT_KEYS = {300: settings.VAULT_KEYS[300]}
    assert keyring.unwrap(new, context=b"here") == b"n" * 32
    with pytest.raises(VaultError):
        keyring.unwrap(old, context=b"here")


def test_no_key_at_all_is_reported(settings):
    settings.VAULT_KEYS = {}
    with pytest.raises(VaultError):
        keyring.wrap(b"k" * 32, context=b"here")


def test_sealed_text_opens_and_hides_its_content():
    key = keyring.new_data_key()
    blob = keyring.seal(b"a name", key=key, context=b"here")
    assert b"a name" not in blob
    assert keyring.open_sealed(blob, key=key, context=b"here") == b"a name"
    assert keyring.seal(b"a name", key=key, context=b"here") != blob


@pytest.mark.parametrize(
    "change",
    [
        lambda blob: b"",
        lambda blob: blob[:1],
        lambda blob: blob[:5],
        lambda blob: blob[:-1],
        lambda blob: blob + b"x",
        lambda blob: b"\x02" + blob[1:],
        lambda blob: blob[:-1] + bytes([blob[-1] ^ 1]),
    ],
)
def test_sealed_text_changed_anywhere_does_not_open(change):
    key = keyring.new_data_key()
    blob = keyring.seal(b"a name", key=key, context=b"here")
    with pytest.raises(VaultError):
        keyring.open_sealed(change(blob), key=key, context=b"here")


def test_sealed_text_opens_nowhere_else():
    key = keyring.new_data_key()
    blob = keyring.seal(b"a name", key=key, context=b"here")
    for other in ({"key": key, "context": b"there"}, {"key": keyring.new_data_key(), "context": b"here"}):
        with pytest.raises(VaultError):
            keyring.open_sealed(blob, **other)


@pytest.mark.parametrize(
    "size", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES, 3 * CHUNK_BYTES + 7]
)
@pytest.mark.parametrize("piece", [997, CHUNK_BYTES, 10 * CHUNK_BYTES])
def test_file_of_any_size_in_any_pieces_comes_back(size, piece):
    plain = os.urandom(size)
    data = encrypted(plain, piece=piece)
    assert decrypted(data) == plain
    assert streams.verify(io.BytesIO(data), "an-object") == size


def test_file_read_in_short_reads_comes_back():
    plain = os.urandom(2 * CHUNK_BYTES + 5)

    class Slow(io.BytesIO):
        def read(self, size=-1, /):
            return super().read(min(size, 1000))

    assert b"".join(decrypted_chunks(Slow(encrypted(plain)), "an-object")) == plain


def test_same_file_twice_shares_no_bytes():
    first, second = encrypted(b"a" * 500), encrypted(b"a" * 500)
    assert first[HEADER_BYTES:] != second[HEADER_BYTES:]


def _chunks(data: bytes) -> list[bytes]:
    sealed = data[CHUNKS]
    return [sealed[at : at + SEALED_CHUNK] for at in range(0, len(sealed), SEALED_CHUNK)]


def _with_chunks(change):
    def changed(data: bytes) -> bytes:
        chunks = _chunks(data)
        change(chunks)
        return data[:HEADER_BYTES] + b"".join(chunks)

    return changed


def _swap(chunks: list) -> None:
    chunks[0], chunks[1] = chunks[1], chunks[0]


def _flip(at: int):
    return lambda data: data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


ATTACKS = {
    "nothing left": lambda data: b"",
    "header cut": lambda data: data[: HEADER_BYTES - 1],
    "header only": lambda data: data[:HEADER_BYTES],
    "cut by a byte": lambda data: data[:-1],
    "cut inside a chunk": lambda data: data[: HEADER_BYTES + SEALED_CHUNK + 100],
    "cut after a chunk": lambda data: data[: HEADER_BYTES + SEALED_CHUNK],
    "last chunk dropped": _with_chunks(lambda chunks: chunks.pop()),
    "first chunk dropped": _with_chunks(lambda chunks: chunks.pop(0)),
    "middle chunk dropped": _with_chunks(lambda chunks: chunks.pop(1)),
    "chunk repeated": _with_chunks(lambda chunks: chunks.insert(1, chunks[1])),
    "chunks swapped": _with_chunks(_swap),
    "last chunk repeated": _with_chunks(lambda chunks: chunks.append(chunks[-1])),
    "byte appended": lambda data: data + b"x",
    "chunk appended": lambda data: data + os.urandom(SEALED_CHUNK),
    "magic flipped": _flip(0),
    "key number flipped": _flip(6),
    "wrapped key flipped": _flip(30),
    "first chunk flipped": _flip(HEADER_BYTES),
    "middle chunk flipped": _flip(HEADER_BYTES + SEALED_CHUNK + 9),
    "last tag flipped": _flip(-1 % (HEADER_BYTES + 2 * SEALED_CHUNK + 5000 + TAG_BYTES)),
    "header of another file": lambda data: encrypted(b"x", "another")[:HEADER_BYTES] + data[CHUNKS],
    "header of its own second version": lambda data: encrypted(b"x")[:HEADER_BYTES] + data[CHUNKS],
    "chunk of its own second version": lambda data: (
        data[:HEADER_BYTES]
        + encrypted(os.urandom(200_000))[HEADER_BYTES : HEADER_BYTES + SEALED_CHUNK]
        + data[HEADER_BYTES + SEALED_CHUNK :]
    ),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_file_that_was_tampered_with_does_not_open(attack):
    data = encrypted(os.urandom(2 * CHUNK_BYTES + 5000))
    changed = ATTACKS[attack](data)
    assert changed != data
    with pytest.raises(VaultError):
        streams.verify(io.BytesIO(changed), "an-object")


def test_file_under_another_id_does_not_open():
    with pytest.raises(VaultError):
        decrypted(encrypted(b"content", "an-object"), "another-object")


def test_header_belongs_to_one_file():
    header = encrypted(b"content", "an-object")[:HEADER_BYTES]
    with pytest.raises(VaultError):
        keyring.unwrap(header[len(streams.MAGIC) :], context=b"dek|attachment|another-object")


def test_chunks_belong_to_one_file_even_under_the_right_key():
    data = encrypted(b"content", "an-object")
    key = keyring.unwrap(data[len(streams.MAGIC) : HEADER_BYTES], context=b"dek|attachment|an-object")
    header = streams.MAGIC + keyring.wrap(key, context=b"dek|attachment|another-object")
    with pytest.raises(VaultError):
        decrypted(header + data[CHUNKS], "another-object")


def test_file_whose_key_was_wrapped_again_still_opens():
    data = encrypted(b"content")
    key = keyring.unwrap(data[len(streams.MAGIC) : HEADER_BYTES], context=b"dek|attachment|an-object")
    header = streams.MAGIC + keyring.wrap(key, context=b"dek|attachment|an-object")
    assert decrypted(header + data[CHUNKS]) == b"content"


def test_file_that_was_never_finished_does_not_open():
    file = io.BytesIO()
    writer = EncryptingWriter(file, "an-object")
    writer.write(b"x" * 200_000)
    with pytest.raises(VaultError):
        decrypted(file.getvalue())


def test_file_opens_after_a_newer_key_was_added(settings):
    data = encrypted(b"content")
    settings.VAULT_KEYS = settings.VAULT_KEYS | {2: os.urandom(32)}
    assert decrypted(data) == b"content"
    settings.VAULT_KEYS = {2: settings.VAULT_KEYS[2]}
    with pytest.raises(VaultError):
        decrypted(data)
