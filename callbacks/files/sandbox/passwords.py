"""Tell whether an encrypted PDF opens without a password, as one does that only forbids printing.

The standard security handler, revisions 2 to 6: ISO 32000-1, 7.6.3 and ISO 32000-2, 7.6.4 (algorithms 2, 2.B, 4 to 6
and 11). Runs in the sandbox only.
"""

import hashlib
import importlib
import re

_PAD = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")
_STANDARD = re.compile(rb"/Filter\s*/Standard\b")
_AROUND = 4096  # bytes before and after these words that hold the rest of their dictionary
_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_ESCAPED = re.compile(rb"\\(?:([0-7]{1,3})|(\r\n|[\s\S]))")


def prepare(data: bytes) -> None:
    """Import what an encrypted PDF needs, before the fence is closed."""
    if b"/Encrypt" in data:
        importlib.import_module("cryptography.hazmat.primitives.ciphers")


def opens_without(data: bytes) -> bool | None:
    """Return None if it cannot be told."""
    all_found = [found.start() for found in _STANDARD.finditer(data)]
    if not all_found:
        return False  # another kind of lock, such as a certificate
    at = all_found[-1]  # a newer version may be appended
    around = data[max(data.rfind(b" obj", 0, at), at - _AROUND, 0) : at + _AROUND]
    owner, user = _text(around, b"O"), _text(around, b"U")
    revision, version, allowed = (_number(around, name) for name in (b"R", b"V", b"P"))
    if not owner or not user or revision is None or allowed is None or len(user) < 32:
        return None
    if revision >= 5:
        return user[:32] == _hash(user[32:40], hardened=revision > 5)
    first_id = _text(data, b"ID", rb"\s*\[") or b""
    length = 16 if version == 4 else (_number(around, b"Length") or 40) // 8 if version != 1 else 5
    seed = _PAD + owner[:32] + (allowed & 0xFFFFFFFF).to_bytes(4, "little") + first_id
    if revision >= 4 and re.search(rb"/EncryptMetadata\s+false", around):
        seed += b"\xff" * 4
    key = _md5(seed)
    if revision == 2:
        return _rc4(key[:length], _PAD) == user[:32]
    for _ in range(50):
        key = _md5(key[:length])
    key, answer = key[:length], _md5(_PAD + first_id)
    for turn in range(20):
        answer = _rc4(bytes(byte ^ turn for byte in key), answer)
    return answer == user[:16]


def _number(data: bytes, name: bytes) -> int | None:
    found = re.search(rb"/" + name + rb"\s+(-?\d{1,11})\b", data)
    return int(found[1]) if found else None


def _text(data: bytes, name: bytes, between: bytes = b"") -> bytes | None:
    """Find the string after a name: <hexadecimal> or (literal with escapes)."""
    text = rb"\s*(?:<([0-9A-Fa-f\s]{0,600})>|\(((?:[^\\()]|\\[\s\S]){0,400})\))"
    found = re.search(rb"/" + name + between + text, data)
    if not found:
        return None
    if found[1] is not None:
        return bytes.fromhex(found[1].decode())
    return _ESCAPED.sub(_unescaped, found[2])


def _unescaped(found: re.Match[bytes]) -> bytes:
    return bytes([int(found[1], 8) & 255]) if found[1] else _ESCAPES.get(found[2], found[2].strip(b"\r\n"))


def _md5(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).digest()


def _rc4(key: bytes, data: bytes) -> bytes:
    state, j, out = list(range(256)), 0, bytearray()
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    i = j = 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(out)


def _hash(salt: bytes, *, hardened: bool) -> bytes:
    """Hash the empty password."""
    key = hashlib.sha256(salt).digest()
    if not hardened:
        return key
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    turn, last = 0, 0
    while turn < 64 or last > turn - 32:
        encryptor = Cipher(algorithms.AES(key[:16]), modes.CBC(key[16:32])).encryptor()
        mixed = encryptor.update(key * 64)
        key = (hashlib.sha256, hashlib.sha384, hashlib.sha512)[sum(mixed[:16]) % 3](mixed).digest()
        turn, last = turn + 1, mixed[-1]
    return key[:32]
