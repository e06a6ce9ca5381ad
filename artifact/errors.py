"""The errors that a reader of the terminal is meant to see."""

from __future__ import annotations

from pathlib import Path


class BadInputError(Exception):
    """Input or usage that cannot be worked with; shown as one line, and the process exits with 2.

    ``where`` names a file, key or option, ``line`` a line of that file (from 1), ``remedy`` says what to do.
    """

    def __init__(self, where: str | Path, problem: str, remedy: str, line: int | None = None) -> None:
        place = f"{where}:{line}" if line is not None else str(where)
        # A log may hold control characters; they must neither break the line nor steer the terminal.
        super().__init__(printable(f"{place}: {problem}; {remedy}"))
        self.given = (where, problem, remedy, line)

    def __reduce__(self) -> tuple[type[BadInputError], tuple[str | Path, str, str, int | None]]:
        """Let a worker's error reach the terminal: it is sent to the main process."""
        return type(self), self.given


class ContractError(BadInputError, AssertionError):
    """A plug-in that breaks its contract: bad input to the command line, a failed assertion to pytest."""


def printable(text: str) -> str:
    """Return ``text`` with every control character and undecodable byte written out."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
