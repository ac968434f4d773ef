"""A connection that can fail: it sits between the site and a server of this machine."""

import contextlib
import socket
import threading
import time

from tests.served import free_port

NOTHING = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Line:
    """Passes bytes on to `target`, a port. `mood`: passes, silent (takes and never answers), slow (a second for each
    piece of an answer), or lies (says yes to every request over HTTP, and passes nothing on)."""

    def __init__(self, target: int) -> None:
        self.target, self.mood, self.port = target, "passes", free_port()
        self._sockets: set[socket.socket] = set()
        self._server = socket.create_server(("127.0.0.1", self.port), backlog=256)
        threading.Thread(target=self._accept, daemon=True).start()

    def set(self, mood: str, target: int = 0) -> None:
        """From now on, for open connections too; a new target and a lie close them."""
        self.mood, self.target = mood, target or self.target
        if target or mood == "lies":
            for each in list(self._sockets):
                with contextlib.suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            client, _ = self._server.accept()
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError), client:
            if self.mood == "lies":
                self._lie(client)
                return
            with socket.create_connection(("127.0.0.1", self.target)) as server:
                self._sockets |= {client, server}
                back = threading.Thread(target=self._pass, args=(server, client, True), daemon=True)
                back.start()
                self._pass(client, server, False)
                back.join()
                self._sockets -= {client, server}

    def _pass(self, source: socket.socket, sink: socket.socket, is_answer: bool) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(64 * 1024):
                while self.mood == "silent":
                    time.sleep(0.05)
                if self.mood == "slow" and is_answer:
                    time.sleep(1)
                sink.sendall(piece)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    def _lie(self, client: socket.socket) -> None:
        client.settimeout(1)
        with contextlib.suppress(TimeoutError):
            while client.recv(1024 * 1024):
                pass
        client.sendall(NOTHING)
