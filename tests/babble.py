"""A server that greets like Redis and then answers everything alike, as something broken or something else would."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

#: Each breaks off in its own way: no number, a number, a list, a yes, nothing, no such length, too deep.
ANSWERS = (b":abc\r\n", b":5\r\n", b"*1\r\n$1\r\na\r\n", b"#t\r\n", b"_\r\n", b"$abc\r\n", b"*1\r\n" * 5000)


@contextmanager
def babble(answer: bytes) -> Iterator[str]:
    """Its address."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_accept, args=(server, answer), daemon=True).start()
        yield f"redis://127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)  # or the thread would wait for ever


def _accept(server: socket.socket, answer: bytes) -> None:
    with suppress(OSError):
        while True:
            threading.Thread(target=_speak, args=(server.accept()[0], answer), daemon=True).start()


def _speak(line: socket.socket, answer: bytes) -> None:
    with suppress(OSError), line, line.makefile("rb") as lines:
        while count := lines.readline():
            command = [lines.read(int(lines.readline()[1:]) + 2)[:-2] for _ in range(int(count[1:]))]
            line.sendall({b"HELLO": b"%1\r\n+proto\r\n:3\r\n", b"CLIENT": b"+OK\r\n"}.get(command[0], answer))
