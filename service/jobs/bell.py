"""What idle threads wait for: somebody rings when there is work, so that none of them has to keep asking."""

from threading import Condition


class Bell:
    """Who misses a ring hears the next: whoever rings goes on while there is work."""

    def __init__(self) -> None:
        self._condition = Condition()
        self.is_over = False

    def wait(self, seconds: float) -> None:
        """Until it rings, or this time has passed."""
        with self._condition:
            if not self.is_over:
                self._condition.wait(seconds)

    def ring(self) -> None:
        with self._condition:
            self._condition.notify_all()

    def end(self) -> None:
        """Nobody waits any more."""
        with self._condition:
            self.is_over = True
            self._condition.notify_all()
