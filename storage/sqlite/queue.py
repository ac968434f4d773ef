"""Lets the writers of one process through one at a time, in the order in which they came."""

import collections
import threading


class Queue:
    """A fair lock. What holds it is a connection, not a thread: the one that leaves it need not have entered it."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._taken = False
        self._waiting: collections.deque[threading.Event] = collections.deque()

    def enter(self, seconds: float) -> bool:
        """Waits for its turn, at most so long. False if the turn did not come."""
        turn = threading.Event()
        with self._mutex:
            if not self._taken:
                self._taken = True
                return True
            self._waiting.append(turn)
        if turn.wait(seconds):
            return True
        with self._mutex:
            if turn.is_set():  # it came just now
                return True
            self._waiting.remove(turn)
        return False

    def leave(self) -> None:
        """Lets the next one in."""
        with self._mutex:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._taken = False
