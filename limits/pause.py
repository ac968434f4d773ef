"""Pauses after a failure or a message, separate in each process."""

import time


class Pause:
    """A time in which something is not tried or sent again."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._until = float("-inf")

    @property
    def is_on(self) -> bool:
        return time.monotonic() < self._until

    def begin(self) -> None:
        self._until = time.monotonic() + self.seconds

    def end(self) -> None:
        self._until = float("-inf")
