"""Logs of ``ping`` as iputils prints them (with or without -D, -n, -O), and as macOS and BusyBox do.

A loss leaves no line, or one without a time; what was sent is told by ``icmp_seq``, which counts up from 1,
goes from 65,535 to 0 and starts over at every header, and by the statistics at the end.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from artifact.errors import BadInputError
from artifact.trace.lines import Lines, line_pattern
from artifact.trace.series import LONGEST_RTT_US

FORMAT = "ping log"

MOST_LOSSES_IN_A_ROW = 86_400
"""A day of silence at the usual 1 Hz: beyond it, a log is not believed but two traces."""

MOST_PINGS = 50_000_000
"""A year and a half at 1 Hz (400 MB): icmp_seq that jumps about must not fill the memory with losses."""

LATEST = 1_024
"""How many pings a reply may come behind the line before it: 60 s at some 17 Hz."""

LONGEST_WRAP = 8_192
"""How far icmp_seq may go on over its wrap-around; further, and it rather started over without a header."""

SEQUENCE = 2**16

Ints = NDArray[np.int64]
Texts = tuple[bytes, ...]

# Possessive (++): a line that fits is read without a step back, which halves the time.
_STAMP = rb"(?:\[\d++\.\d++\] )?+"
_REPLY = _STAMP + rb"\d{1,6}+ bytes from [^=\n]*+(?<=[ _]seq)="
_TIME = rb"(?: (?!time=)[a-z]++=\d++)*+ time="
_ANSWERED = _REPLY + rb"(\d{1,5}+)" + _TIME + rb"(\d{1,12}+(?:\.\d{1,9}+)?+) ms(?! \(DUP)(?: \([A-Z ]++!\))*+"
_OTHER_NEWS = (
    _REPLY + rb"\d++" + _TIME + rb"[\d.]++ ms \(DUP!\)[^\n]*+",
    _STAMP + rb"(?:no answer yet for|Request timeout for|From [^\n]*?) icmp_seq[= ]\d{1,5}\b[^\n]*+",
    rb"PING6?[ (][^\n]* bytes[^\n]*+",
    rb"\d{1,12}+ packets transmitted, [^\n]*+",
)
_LINE = line_pattern(
    _ANSWERED,
    rb"(" + rb"|".join(_OTHER_NEWS) + rb")",
    rb"(?:\^C)?--- [^\n]* ---|\^C",
    rb"(?:rtt|round-trip) [^\n]*|pipe \d+",
    rb"(?:/[^\n: ]*/)?ping6?: [^\n]*|(?i:warning: )[^\n]*|wrong data byte [^\n]*|\d+/\d+ packets, [^\n]*",
)
_NEWS = re.compile(
    rb"^(?:(PING)|(\d+) packets |[^\n]*(\(DUP!\))|[^\n]*? icmp_seq[= ](\d+))[^\n]*$",
    re.MULTILINE,
)
_HEAD = re.compile(
    rb"^(?:PING6?[ (][^\n]* bytes|" + _REPLY + rb"|" + _STAMP + rb"no answer yet for icmp_seq=)", re.MULTILINE
)


def recognises(head: bytes) -> bool:
    """Tell whether ``head`` holds a line that only ``ping`` prints."""
    return _HEAD.search(head) is not None


def read(log: Lines, at_most: int | None) -> Ints:
    """Return RTTs in µs as sent, 0 for a loss; raise BadInputError where icmp_seq makes no sense."""
    heard = _heard(log, at_most)
    place, n_pings = _places(log, heard)
    _refuse_second_answers(log, heard, place)
    rtt_us = np.zeros(n_pings, dtype=np.int64)
    answer = heard.rtt_us >= 0
    rtt_us[place[answer]] = np.maximum(heard.rtt_us[answer], 1)
    rtt_us[place[heard.rtt_us > LONGEST_RTT_US]] = 0
    _refuse_long_silence(log, rtt_us[:at_most])
    _note_corrections(log, heard, heard.rtt_us if at_most is None else heard.rtt_us[place < at_most])
    return log.first(rtt_us, at_most)


@dataclass(frozen=True)
class _Heard:
    """The lines about one ping each, in the log's order, and the runs they belong to (0: before any header).

    ``rtt_us`` is -1 where the line says that there is no answer; ``sent`` has one entry per run, 0 where the
    log does not tell.
    """

    run: Ints
    seq: Ints
    rtt_us: Ints
    line: Ints
    sent: Ints
    duplicates: int


def _heard(log: Lines, at_most: int | None) -> _Heard:
    parts: list[tuple[Ints, ...]] = []
    sent = np.zeros(1, dtype=np.int64)
    n_lines, duplicates = 0, 0
    for first, columns in log.columns(_LINE, FORMAT):
        block = _read_block(*columns)
        run = len(sent) - 1 + np.cumsum(block.header)
        sent = np.append(sent, np.zeros(run[-1] + 1 - len(sent), dtype=np.int64))
        sent[run[block.summary]] = block.sent
        about = np.flatnonzero(block.seq >= 0)
        parts.append((run[about], block.seq[about], block.rtt_us[about], first + about))
        duplicates += block.duplicates
        n_lines += len(about)
        # Two lines may tell of one ping (no answer yet, then a late one), and the last may still come late.
        if at_most is not None and n_lines > 2 * (at_most + LATEST):
            break
    run, seq, rtt_us, line = (np.concatenate(column) for column in zip(*parts, strict=True))
    _refuse_at(log, seq >= SEQUENCE, line, seq, "an icmp_seq above 65,535")
    return _Heard(run, seq, rtt_us, line, sent, duplicates)


class _Block(NamedTuple):
    """Lines of a log: ``seq`` is -1 where it is not about a ping; ``summary`` tells of ``sent``."""

    seq: Ints
    rtt_us: Ints
    header: NDArray[np.bool_]
    summary: NDArray[np.intp]
    sent: Ints
    duplicates: int


def _read_block(seq: Texts, time: Texts, news: Texts) -> _Block:
    number, rtt_us = np.full(len(seq), -1, dtype=np.int64), np.full(len(seq), -1, dtype=np.int64)
    answered = np.flatnonzero(_given(seq))
    number[answered] = np.array(seq, dtype="S5")[answered].astype(np.int64)
    rtt_us[answered] = np.rint(np.array(time, dtype="S22")[answered].astype(np.float64) * 1_000)
    header = np.zeros(len(seq), dtype=np.bool_)
    told = np.flatnonzero(_given(news))
    if not len(told):
        return _Block(number, rtt_us, header, told, told, 0)
    found = _NEWS.findall(b"\n".join(filter(None, news)))
    starts, sent, duplicates, unanswered = zip(*found, strict=True)
    header[told] = _given(starts)
    number[told[_given(unanswered)]] = [int(n) for n in unanswered if n]
    summary = told[_given(sent)]
    return _Block(number, rtt_us, header, summary, np.array([int(n) for n in sent if n]), sum(map(bool, duplicates)))


def _given(column: Texts) -> NDArray[np.bool_]:
    given: NDArray[np.bool_] = np.array(column, dtype="S1") != b""
    return given


def _places(log: Lines, heard: _Heard) -> tuple[Ints, int]:
    """Return where in the series the ping of each line stands, and how many pings there are."""
    seq = _counted_on(log, heard)
    n_runs = len(heard.sent)
    low, high = np.full(n_runs, SEQUENCE), np.full(n_runs, -1)
    np.minimum.at(low, heard.run, seq)
    np.maximum.at(high, heard.run, seq)
    # Without its header a run may be the end of a longer one; what came before it is not known.
    whole = (np.arange(n_runs) > 0) | (low <= 1)
    start = np.where(whole, np.minimum(low, 1), low)
    end = np.maximum(high + 1, start + np.where(whole, heard.sent, 0))
    size = np.maximum(end - start, 0)
    n_pings = int(size.sum())
    if n_pings > MOST_PINGS:
        problem = f"its icmp_seq tell of {n_pings:,} pings where {len(seq):,} lines stand"
        raise BadInputError(log.path, problem, f"give a log of {MOST_PINGS:,} pings at most")
    offset = np.cumsum(size) - size - start
    return offset[heard.run] + seq, n_pings


def _counted_on(log: Lines, heard: _Heard) -> Ints:
    """Return icmp_seq counted on over 65,535, run by run."""
    new = np.diff(heard.run, prepend=-1) != 0
    step = np.diff(heard.seq, prepend=0)
    ahead = step % SEQUENCE
    late = ahead >= SEQUENCE - LATEST
    starts_over = ~new & ~late & (step < 0) & (ahead > LONGEST_WRAP)
    _refuse_at(log, starts_over, heard.line, heard.seq, "icmp_seq starts over without a header")
    moved = np.cumsum(np.where(new, 0, np.where(late, ahead - SEQUENCE, ahead)))
    since = np.maximum.accumulate(np.where(new, np.arange(len(new)), 0))
    counted: Ints = moved - moved[since] + heard.seq[since]
    return counted


def _refuse_second_answers(log: Lines, heard: _Heard, place: Ints) -> None:
    answers = np.flatnonzero(heard.rtt_us >= 0)
    order = answers[np.argsort(place[answers], kind="stable")]
    second = np.zeros(len(place), dtype=np.bool_)
    second[order[1:]] = np.diff(place[order]) == 0
    _refuse_at(log, second, heard.line, heard.seq, "a second answer that is not marked (DUP!)")


def _refuse_at(log: Lines, wrong: NDArray[np.bool_], line: Ints, seq: Ints, problem: str) -> None:
    if wrong.any():
        at = int(np.argmax(wrong))
        remedy = "keep the 'PING' line that ping prints before every run, or remove this one"
        raise BadInputError(log.path, f"{problem} (icmp_seq={seq[at]})", remedy, line=int(line[at]))


def _refuse_long_silence(log: Lines, rtt_us: Ints) -> None:
    answered = np.flatnonzero(rtt_us)
    silence = np.diff(answered, prepend=-1, append=len(rtt_us)) - 1
    if silence.max() > MOST_LOSSES_IN_A_ROW:
        after = int(answered[np.argmax(silence) - 1]) + 1 if np.argmax(silence) else 0
        problem = f"{silence.max():,} losses in a row after ping {after:,}, more than {MOST_LOSSES_IN_A_ROW:,}"
        raise BadInputError(log.path, problem, "give the log before or after them")


def _note_corrections(log: Lines, heard: _Heard, rtt_us: Ints) -> None:
    runs = len(np.unique(heard.run))
    told = (
        (runs if runs > 1 else 0, "runs of ping, taken one after the other"),
        (heard.duplicates, "duplicate replies left out"),
        (int((rtt_us > LONGEST_RTT_US).sum()), "replies after more than 60 s taken as losses"),
        (int((rtt_us == 0).sum()), "replies after 0 ms, an artefact of the timer, taken as 1 µs"),
    )
    log.notes.extend(f"{what}: {count:,}" for count, what in told if count)
