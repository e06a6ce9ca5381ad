"""Time stamps as ping, ts, date, syslog, PowerShell and people write them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

NO_TIME = np.iinfo(np.int64).min
"""What stands for the time of a line without one, or of a day that there is not."""

DAY_US = 86_400_000_000
_EPOCH = rb"\d{9,10}(?:[.,]\d{1,9})?|1\d{12}|1\d{15}|1\d{18}"
_CLOCK = rb"\d{1,2}:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?: ?[AaPp]\.?[Mm]\.?(?![a-z]))?"
_ZONE = rb"(?: ?(?:Z\b|UTC|GMT|[+-]\d\d:?\d\d\b))?"
_MONTH = rb"[A-Za-z\x80-\xff]{3,12}\.?"
_DATE = (
    rb"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}",
    rb"\d{1,2}[./-]\d{1,2}[./-]\d{4}",
    rb"\d{4}\d{2}\d{2}(?=T)",
)
_WEEKDAY = rb"(?:[A-Za-z\x80-\xff]{2,9}\.?,? )?"
_FORMS = (
    _WEEKDAY + rb"(?:" + rb"|".join(_DATE) + rb")(?:T|,? +|_|-)" + _CLOCK + _ZONE,
    # As `date` and ctime write it, in the orders of several countries; syslog leaves the year out.
    _WEEKDAY + _MONTH + rb" {1,2}\d{1,2},? " + _CLOCK + rb"(?: [A-Z]{2,5}| [+-]\d{2,4})?(?: \d{4})?",
    _WEEKDAY + rb"\d{1,2}\.? " + _MONTH + rb",? (?:\d{4},? )?" + _CLOCK + rb"(?: [A-Z]{2,5}| [+-]\d{2,4})?(?: \d{4})?",
    _CLOCK,
    _EPOCH,
)
STAMP = (
    rb"[\[(<]?(?:"
    + rb"|".join(rb"(?:" + form + rb")" for form in _FORMS)
    + rb")[\])>]?(?!\w|\.\w|:[:\w])(?:[ \t]*[-,;:|>=]+(?!\d))?[ \t]*(?:[\w.-]{1,64} [\w./-]{1,32}(?:\[\d{1,9}\])?: )?"
)
"""A time at the beginning of a line, with what divides it from the rest (bytes; no groups)."""

_PARSED = re.compile(
    r"(?P<epoch>(?<![\d:.])\d{9,19}(?:[.,]\d{1,9})?$)"
    r"|(?:(?:(?P<y>\d{4})[-/.](?P<mo>\d{1,2})[-/.](?P<d>\d{1,2})|(?P<a>\d{1,2})(?P<by>[./-])(?P<b>\d{1,2})[./-](?P<y2>\d{4})"
    r"|(?P<compact>\d{8})(?=T)"
    r"|(?P<md>[^\W\d]{3,12})\.? {1,2}(?P<day>\d{1,2})|(?P<day2>\d{1,2})\.? (?P<dm>[^\W\d]{3,12})\.?)[T ,_-]*)?"
    r"(?:(?P<y3>\d{4}),? )?"
    r"(?P<h>\d{1,2}):(?P<m>\d\d)(?::(?P<s>\d\d)(?:[.,](?P<f>\d{1,9}))?)?(?: ?(?P<half>[AaPp])\.?[Mm]\.?)?"
    r"(?: ?(?P<zone>[+-]\d\d:?\d\d|Z|[A-Z]{2,5}))?(?: (?P<y4>\d{4}))?"
)
# English, German, French, Spanish, Italian and Portuguese, by the first letters that tell them apart.
_MONTHS = {
    name: month
    for month, names in enumerate(
        (
            *("jan ene gen", "feb fév fev", "mar mär", "apr avr abr", "may mai mag", "jun giu"),
            *("jul juil lug", "aug aoû ago", "sep set", "oct okt ott out", "nov", "dec dez déc dic"),
        ),
        start=1,
    )
    for name in names.split()
} | {"juin": 6}


class Clock:
    """Reads the stamps of one log; days and months in figures are told apart by what it has seen."""

    def __init__(self) -> None:
        self.guessed = False
        self._day_first: bool | None = None
        self._offset: timedelta | None = None
        self._days: dict[str, int] = {}
        self._day_us, self._last_us = 0, NO_TIME

    def read(self, stamps: Iterable[bytes]) -> NDArray[np.int64]:
        """Return the times in µs since 1970 as the clock showed them, NO_TIME where there is none.

        Clocks with an offset from UTC are set to the first one seen. A time without a day goes on to the next one
        where it falls back; it begins on 1 January 1970.
        """
        given = list(stamps)
        for at_once in (_plain_epochs, _plain_iso):
            plain = at_once(given)
            if plain is not None:
                return plain
        if self._day_first is None:
            self._day_first = _day_first(given)
        return np.array([self._one(stamp) if stamp else NO_TIME for stamp in given], dtype=np.int64)

    def _one(self, stamp: bytes) -> int:
        text = stamp.decode("utf-8", "replace").strip("[]()<> \t-,;:|=")
        found = _PARSED.search(text)
        if not found:
            return NO_TIME
        part = found.groupdict()
        if part["epoch"]:
            return _epoch_us(part["epoch"])
        day_us = self._day(text[: found.start("h")] + (part["y4"] or ""), part)
        of_day = _of_day(part)
        if NO_TIME in (of_day, day_us):
            return NO_TIME
        return day_us + of_day + self._moved(part["zone"])

    def _day(self, written: str, part: dict[str, str | None]) -> int:
        if not (part["d"] or part["b"] or part["compact"] or part["day"] or part["day2"]):
            return self._undated(part)
        if written not in self._days:
            self._days[written] = self._parsed_day(part)
        return self._days[written]

    def _undated(self, part: dict[str, str | None]) -> int:
        of_day = _of_day(part)
        if self._last_us != NO_TIME and of_day < self._last_us - DAY_US // 2:
            self._day_us += DAY_US
        self._last_us = of_day
        return self._day_us

    def _parsed_day(self, part: dict[str, str | None]) -> int:
        year = int(part["y"] or part["y2"] or part["y3"] or part["y4"] or 1970)
        if part["compact"]:
            numbers = (int(part["compact"][:4]), int(part["compact"][4:6]), int(part["compact"][6:]))
        elif part["mo"]:
            numbers = (year, int(part["mo"]), int(part["d"] or 0))
        elif part["a"]:
            one, other = int(part["a"]), int(part["b"] or 0)
            day_first = part["by"] == "." or self._day_first or one > 12
            self.guessed |= part["by"] != "." and self._day_first is None and one <= 12 and other <= 12 and one != other
            numbers = (year, other, one) if day_first else (year, one, other)
        else:
            month = (part["md"] or part["dm"] or "").lower()
            at = next((at for name, at in _MONTHS.items() if month.startswith(name)), 0)
            numbers = (year, at, int(part["day"] or part["day2"] or 0))
        try:
            return int(datetime(*numbers, tzinfo=UTC).timestamp()) * 1_000_000
        except ValueError:
            return NO_TIME

    def _moved(self, zone: str | None) -> int:
        if not zone or zone[0] not in "+-":
            return 0
        sign, digits = (-1 if zone[0] == "-" else 1), zone[1:].replace(":", "")
        offset = sign * timedelta(hours=int(digits[:2]), minutes=int(digits[2:] or 0))
        self._offset = offset if self._offset is None else self._offset
        return (self._offset - offset) // timedelta(microseconds=1)


def _plain_epochs(stamps: list[bytes]) -> NDArray[np.int64] | None:
    """Read a column of nothing but seconds since 1970, as ping -D writes them, at once."""
    column = np.array(stamps or [b""], dtype="S24")[: len(stamps)]
    given = column != b""
    times = np.full(len(column), NO_TIME)
    bare = np.strings.strip(column[given], b"[] \t")
    if len(bare) and not (np.strings.str_len(bare) >= 9).all():
        return None
    try:
        seconds = bare.astype(np.float64)
    except ValueError:
        return None
    if len(seconds) and (seconds.max() >= 1e11 or seconds.min() < 1e8):
        return None
    times[given] = np.rint(seconds * 1e6).astype(np.int64)
    return times


def _plain_iso(stamps: list[bytes]) -> NDArray[np.int64] | None:
    """Read a column of 2026-11-25 19:17:57, with T or a blank, decimals of one length and Z or none, at once."""
    column = np.array(stamps or [b""], dtype="S40")[: len(stamps)]
    given = column != b""
    bare = np.strings.strip(column[given], b"[]()<> \t-,;:|=")
    bare = np.strings.rstrip(bare, b"Z")
    lengths = np.strings.str_len(bare)
    if not len(bare) or lengths.min() != lengths.max() or not (lengths[0] == 19 or 21 <= lengths[0] <= 26):
        return None
    digits = bare.astype(f"S{lengths[0]}").view(np.uint8).reshape(len(bare), -1)
    signs = {4: b"-/.", 7: b"-/.", 10: b" T", 13: b":", 16: b":", 19: b".,"}
    if not all(
        np.isin(digits[:, at], np.frombuffer(of, np.uint8)).all() for at, of in signs.items() if at < lengths[0]
    ):
        return None
    numbers = np.delete(digits, [at for at in signs if at < lengths[0]], axis=1).astype(np.int64) - ord("0")
    if (numbers < 0).any() or (numbers > 9).any():
        return None
    hour, minute, second = (numbers[:, at] * 10 + numbers[:, at + 1] for at in (8, 10, 12))
    days, of_day = np.unique(numbers[:, :8] @ 10 ** np.arange(7, -1, -1), return_inverse=True)
    try:
        start = [datetime(day // 10_000, day // 100 % 100, day % 100, tzinfo=UTC).timestamp() for day in days.tolist()]
    except ValueError:
        return None
    if hour.max() > 23 or minute.max() > 59 or second.max() > 60:
        return None
    times = np.full(len(column), NO_TIME)
    fraction = numbers[:, 14:] @ 10 ** np.arange(5, 5 - (lengths[0] - 20 if lengths[0] > 19 else 0), -1)
    seconds = np.array(start, dtype=np.int64)[of_day] + (hour * 60 + minute) * 60 + second
    times[given] = seconds * 1_000_000 + fraction
    return times


def _epoch_us(text: str) -> int:
    whole, _, fraction = text.replace(",", ".").partition(".")
    if len(whole) > 10:  # ms, µs or ns
        return int(whole[:16].ljust(16, "0"))
    return int(whole) * 1_000_000 + int(fraction[:6].ljust(6, "0"))


def _of_day(part: dict[str, str | None]) -> int:
    hour = int(part["h"] or 0)
    if part["half"]:
        hour = hour % 12 + (12 if part["half"].lower() == "p" else 0)
    minute, second = int(part["m"] or 0), int(part["s"] or 0)
    if hour > 23 or minute > 59 or second > 60:
        return NO_TIME
    return ((hour * 60 + minute) * 60 + second) * 1_000_000 + int((part["f"] or "")[:6].ljust(6, "0"))


def _day_first(stamps: list[bytes]) -> bool | None:
    """Tell whether 25/11/2026 or 11/25/2026 is meant, where some of the first dates say so."""
    pairs = [(int(a), int(b)) for a, b in re.findall(rb"\b(\d{1,2})[/-](\d{1,2})[/-]\d{4}", b"\n".join(stamps))]
    if any(a > 12 for a, _ in pairs):
        return True
    return False if any(b > 12 for _, b in pairs) else None
