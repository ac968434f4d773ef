"""A response that is cut off ends its connection."""

import io
import socket

import pytest

from server.outbox import Outgoing


def test_file_shorter_than_its_length_ends_the_connection():
    """A release replaces a static file while the previous one, which knows its length, serves it."""
    ours, theirs = socket.socketpair()
    with theirs, Outgoing(ours) as connection:
        assert connection.sendfile(io.BytesIO(b"0123456789"), 2, 8) == 8
        assert theirs.recv(100) == b"23456789"
        with pytest.raises(ConnectionResetError):
            connection.sendfile(io.BytesIO(b"0123456789"), 2, 9)
