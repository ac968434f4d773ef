"""A lock that lets those who wait for it through in the order in which they came."""

import collections
import threading


class FairLock:
    """Held by a connection, not by a thread: another thread may release it."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._is_held = False
        self._waiting: collections.deque[threading.Event] = collections.deque()

    def acquire(self, timeout: float) -> bool:
        """Return False where the turn did not come within `timeout` seconds."""
        turn = threading.Event()
        with self._mutex:
            if not self._is_held:
                self._is_held = True
                return True
            self._waiting.append(turn)
        if turn.wait(timeout):
            return True
        with self._mutex:
            if turn.is_set():  # it came just now
                return True
            self._waiting.remove(turn)
        return False

    def release(self) -> None:
        with self._mutex:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._is_held = False
