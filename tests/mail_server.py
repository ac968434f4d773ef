"""A mail server on this machine: enough of SMTP to be handed mail, to refuse it, and to fall silent."""

import email
import email.policy
import socketserver
import threading
from contextlib import contextmanager
from email.message import EmailMessage


class MailServer(socketserver.ThreadingTCPServer):
    """`mood` is "takes", "refuses" or "hangs" (just before it would say that it has the mail)."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, mood: str = "takes", port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Conversation)
        self.mood = mood
        self.got: list[bytes] = []
        self.senders: list[bytes] = []
        self.refused = 0
        self.holding = threading.Event()
        self.go_on = threading.Event()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}"

    @property
    def mails(self) -> list[EmailMessage]:
        return [email.message_from_bytes(raw, policy=email.policy.default) for raw in self.got]


class _Conversation(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self._say("220 ready")
        for line in self.rfile:
            word = line[:4].strip().upper()
            if word == b"DATA":
                if not self._take():
                    return None
            elif word == b"QUIT":
                return self._say("221 bye")
            elif word == b"MAIL" and self.server.mood == "refuses":
                self.server.refused += 1
                self._say("451 not now, marmalade-password")
            else:
                if word == b"MAIL":
                    self.server.senders.append(line.strip())
                self._say("250 fine")
        return None

    def _take(self) -> bool:
        self._say("354 go on")
        raw = b"".join(iter(self.rfile.readline, b".\r\n"))
        if self.server.mood == "hangs":
            self.server.holding.set()
            self.server.go_on.wait(30)
            return False
        self.server.got.append(raw)
        self._say("250 have it")
        return True

    def _say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")


@contextmanager
def mail_server(mood: str = "takes", port: int = 0):
    """Serves until the end of the block."""
    with MailServer(mood, port) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield server
        finally:
            server.go_on.set()
            server.shutdown()
