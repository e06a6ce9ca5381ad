"""The replies that make up nearly all of a long ping log, read as columns of bytes rather than line by line.

What is read here is what the pattern of the format would read; all other lines are left to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from artifact.trace.readers._ping_lines import LARGEST, Replies
from artifact.trace.stamps import NO_TIME

MOST_PREFIXES = 16
"""Of how many hosts the replies are told by their first bytes; those of any others are left to the pattern."""

_STAMP_BYTES = 20  # [1595037214.261953] and a blank
_LONGEST_NUMBER = 8
_POWERS = 10 ** np.arange(_LONGEST_NUMBER + 1)

Bytes = NDArray[np.uint8]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]


class Divided(NamedTuple):
    """A block's plain replies, and its other lines with their numbers."""

    plain: Replies
    numbers: Ints
    rest: bytes


def divided(text: bytes, first: int, ended: bool, responders: Mapping[bytes, int]) -> Divided | None:
    """Read the replies whose beginning up to ``icmp_seq`` is known; None where there are none of them."""
    known = [(prefix, of) for prefix, of in list(responders.items())[:MOST_PREFIXES] if 8 <= len(prefix) <= 256]
    if not known or len(text) < 64:
        return None
    data = np.frombuffer(text, dtype=np.uint8)
    marks = np.flatnonzero((data == 10) | (data == 61))  # line ends and =
    is_end = data[marks] == 10
    ends = np.append(np.flatnonzero(is_end), len(marks))
    begins = np.append(-1, ends[:-1])
    # Three marks within a line: icmp_seq=, ttl=, time=.
    three = np.flatnonzero(ends - begins == 4)
    if not ended and len(three) and three[-1] == len(ends) - 1:
        three = three[:-1]
    marks = np.append(marks, len(text))
    start, end = np.append(0, marks[ends[:-1]] + 1), marks[ends]
    seq_at, ttl_at, time_at = (marks[begins[three] + at] for at in (1, 2, 3))
    found = _numbers(data, start[three], end[three], seq_at, ttl_at, time_at)
    responder, stamped = _responders(text, start[three], seq_at, known)
    time_us = _stamps(data, start[three], stamped)
    fits = found.fits & (responder >= 0) & (~stamped | (time_us != NO_TIME))
    plain = three[fits]
    if not len(plain):
        return None
    replies = Replies(
        (first + plain).astype(np.int32),
        responder[fits].astype(np.int32),
        found.seq[fits].astype(np.int32),
        np.minimum(found.rtt_us[fits], LARGEST).astype(np.int32),
        found.decimals[fits].astype(np.int8),
        np.broadcast_to(False, len(plain)),
        time_us[fits] if stamped.any() else np.broadcast_to(NO_TIME, len(plain)),
    )
    others = np.ones(len(start), dtype=np.bool_)
    others[plain] = False
    at = np.flatnonzero(others)
    return Divided(replies, first + at, b"\n".join([text[start[i] : end[i]] for i in at]))


class _Numbers(NamedTuple):
    fits: Mask
    seq: Ints
    rtt_us: Ints
    decimals: Ints


def _numbers(data: Bytes, start: Ints, end: Ints, seq_at: Ints, ttl_at: Ints, time_at: Ints) -> _Numbers:  # noqa: PLR0913
    """Read '=SEQ ttl=T time=R ms' to the end of the line, given the places of its three '='."""
    padded = np.concatenate([np.full(_STAMP_BYTES, ord("0"), dtype=np.uint8), data])

    def stands(text: bytes, before: Ints) -> Mask:
        fits = before - len(text) >= start
        for back, byte in enumerate(reversed(text), start=1):
            fits &= padded[before - back + _STAMP_BYTES] == byte
        return fits

    fits = stands(b" ttl", ttl_at) & stands(b" time", time_at) & stands(b" ms", end)
    seq, seq_fits = _number(padded, seq_at + 1, ttl_at - 4, 5)
    _, ttl_fits = _number(padded, ttl_at + 1, time_at - 5, 3)
    decimals = _decimals(padded, time_at + 1, end - 3)
    digits, time_fits = _number(padded, time_at + 1, end - 3, _LONGEST_NUMBER, decimals)
    return _Numbers(fits & seq_fits & ttl_fits & time_fits, seq, digits * _POWERS[3 - decimals], decimals)


def _decimals(data: Bytes, begin: Ints, end: Ints) -> Ints:
    """Return how many digits stand behind a point, at most three."""
    decimals = np.zeros(len(begin), dtype=np.int64)
    for back in (1, 2, 3):
        decimals[(data[end - 1 - back + _STAMP_BYTES] == ord(".")) & (end - 1 - back > begin)] = back
    return decimals


def _number(data: Bytes, begin: Ints, end: Ints, longest: int, decimals: Ints | None = None) -> tuple[Ints, Mask]:
    """Read the digits of a number from right to left, over its point where it has decimals; tell whether it is one."""
    length = end - begin if decimals is None else end - begin - (decimals > 0)
    fits = (length > 0) & (length <= longest)
    value = np.zeros(len(begin), dtype=np.int64)
    for back in range(min(longest, int(length.max(initial=0)))):
        at = end - 1 - back + _STAMP_BYTES
        if decimals is not None:
            at = at - ((decimals > 0) & (decimals <= back))
        outside = length <= back
        at[outside] = 0  # where a naught is
        digit = data[at] - np.uint8(48)
        fits &= digit <= 9
        value += digit * _POWERS[back]
    return value, fits


def _responders(text: bytes, start: Ints, seq_at: Ints, known: list[tuple[bytes, int]]) -> tuple[Ints, Mask]:
    """Return who answers, -1 where none of the known beginnings stands there, and which lines begin with a stamp."""
    words = np.ndarray(shape=(len(text) - 7,), dtype="<u8", buffer=text, strides=(1,))
    responder = np.full(len(start), -1)
    length = seq_at - start
    stamped = np.frombuffer(text, dtype=np.uint8)[np.minimum(start, len(text) - 1)] == ord("[")
    begin = start + _STAMP_BYTES * stamped
    for prefix, of in known:
        at = np.flatnonzero((length - _STAMP_BYTES * stamped == len(prefix)) & (responder < 0))
        for offset in [*range(0, len(prefix) - 8, 8), len(prefix) - 8]:
            wanted = int.from_bytes(prefix[offset : offset + 8], "little")
            at = at[words[begin[at] + offset] == wanted]
        responder[at] = of
    return responder, stamped


def _stamps(data: Bytes, start: Ints, stamped: Mask) -> Ints:
    """Return the µs of '[1595037214.261953] ', NO_TIME where there is none, or another one."""
    time_us = np.full(len(start), NO_TIME)
    at = np.flatnonzero(stamped & (start + _STAMP_BYTES < len(data)))
    if not len(at):
        return time_us
    text = data[start[at][:, None] + np.arange(_STAMP_BYTES)]
    digits = np.delete(text[:, 1:18], 10, axis=1).astype(np.int64) - 48
    fits = (text[:, 11] == ord(".")) & (text[:, 18] == ord("]")) & (text[:, 19] == ord(" "))
    fits &= ((digits >= 0) & (digits <= 9)).all(axis=1) & (digits[:, 0] > 0)
    time_us[at[fits]] = digits[fits] @ (10 ** np.arange(15, -1, -1))
    return time_us
