"""A lock that waiting threads acquire in FIFO order."""

import collections
import threading


class FairLock:
    """Held by a connection, not by a thread: another thread may release it."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._is_held = False
        self._waiting: collections.deque[threading.Event] = collections.deque()

    def acquire(self, timeout: float) -> bool:
        """Return False if the lock was not acquired within `timeout` seconds."""
        granted = threading.Event()
        with self._mutex:
            if not self._is_held:
                self._is_held = True
                return True
            self._waiting.append(granted)
        if granted.wait(timeout):
            return True
        with self._mutex:
            if granted.is_set():  # just after the timeout
                return True
            self._waiting.remove(granted)
        return False

    def release(self) -> None:
        with self._mutex:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._is_held = False
