"""Labels by hand, as the page exports them: read, and compared with those that were made here."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from artifact.annotate.annotation import Annotation
from artifact.annotate.summary import percent
from artifact.errors import BadInputError, printable
from artifact.scores import event_scores, scores
from artifact.trace.series import Trace

COLUMNS = ("series", "task", "first_ping", "last_ping", "label", "by")
BY = ("hand", "machine")
UNSAID = -1


class Row(NamedTuple):
    """Pings ``first`` to ``last`` (from 0, both included) of a series carry ``label`` for ``task``."""

    series: str
    task: str
    first: int
    last: int
    label: int
    by: str


@dataclass(frozen=True)
class Agreement:
    """How far labels agree with those by hand, over the pings that the latter speak of; scores as of gold labels.

    ``changed`` of these pings were set by hand, the others left as they were.
    """

    task: str
    pings: int
    changed: int
    same: float
    f1: float | None
    found: float | None
    true: float | None

    def in_words(self) -> str:
        """Return it as a sentence."""
        said = [f"{self.task}: {_whole(self.same)} of {self.pings:,} pings alike, {self.changed:,} set by hand"]
        if self.f1 is not None:
            said.append(f"F1 {self.f1:.3f}")
        if self.found is not None:
            said.append(f"{_whole(self.found)} of the events by hand found")
        if self.true is not None:
            said.append(f"{_whole(self.true)} of those found are events by hand")
        return "; ".join(said) + "."


@dataclass(frozen=True)
class ByHand:
    """The rows of a file of labels."""

    path: Path
    rows: Sequence[Row]

    def of(self, trace: Trace) -> list[Row]:
        """Return the rows that speak of a series."""
        return [row for row in self.rows if row.series == (trace.series or trace.name)]

    def corrections(self, trace: Trace) -> list[Row]:
        """Return those of them that were set by hand."""
        return [row for row in self.of(trace) if row.by == "hand"]

    def agreement(self, annotation: Annotation) -> list[Agreement]:
        """Return for each task that it speaks of how far the labels of a series agree with it."""
        if annotation.first is None:
            return []
        found = []
        for task in annotation.tasks:
            if task.name in annotation.first.labels:
                rows = [row for row in self.of(annotation.trace) if row.task == task.name]
                labels = annotation.first.labels[task.name]
                if rows:
                    found.append(_agreement(task.name, rows, labels, task.within))
        return found


def read_by_hand(path: Path, traces: Sequence[Trace], tasks: Sequence[str]) -> ByHand:
    """Read labels by hand of some series of a log; columns beyond ``COLUMNS`` are left aside.

    A BadInputError names the line that speaks of no such series, task or ping, or that is none.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            missing = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
            if missing:
                remedy = "give a file that the page exported, or the same columns between commas"
                raise BadInputError(path, f"no column {missing[0]!r}", remedy, 1)
            pings = {trace.series or trace.name: len(trace) for trace in traces}
            return ByHand(path, [_row(path, rows.line_num, of, pings, tasks) for of in rows])
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadInputError(path, f"cannot be read as CSV ({error})", "give a file that the page exported") from None


def _row(path: Path, line: int, of: dict[str, str], pings: dict[str, int], tasks: Sequence[str]) -> Row:
    series = (of["series"] or "").removeprefix("'")
    if series not in pings:
        known = ", ".join(f"'{name}'" for name in list(pings)[:5])
        raise BadInputError(path, f"labels of series '{series}'", f"annotate the log that has it; here: {known}", line)
    if of["task"] not in tasks:
        raise BadInputError(path, f"no task {of['task']!r}", f"name one of {', '.join(tasks)}", line)
    try:
        first, last, label = (int(of[name] or "") for name in ("first_ping", "last_ping", "label"))
    except ValueError:
        remedy = "count pings from 1; label is 1 where it is, 0 where it is not"
        raise BadInputError(path, "a ping or a label that is no whole number", remedy, line) from None
    if not 1 <= first <= last <= pings[series]:
        problem = f"pings {first:,} to {last:,} of a series of {pings[series]:,}"
        raise BadInputError(path, problem, "correct the line, or name the log that was labelled", line)
    if label not in (0, 1) or of["by"] not in BY:
        raise BadInputError(path, f"label {label} by {of['by']!r}", f"give 0 or 1, by {' or '.join(BY)}", line)
    return Row(series, printable(of["task"]), first - 1, last - 1, label, of["by"])


def _agreement(task: str, rows: Sequence[Row], labels: np.ndarray, within: int) -> Agreement:
    hand = np.full(len(labels), UNSAID, dtype=np.int8)
    by_hand = np.zeros(len(labels), dtype=np.bool_)
    for row in rows:
        hand[row.first : row.last + 1] = row.label
        by_hand[row.first : row.last + 1] = row.by == "hand"
    said = hand != UNSAID
    pings, events = scores(hand[said], labels[said]), event_scores(hand[said], labels[said], within)
    has_any = bool((hand[said] == 1).any() or (labels[said] == 1).any())
    same = pings["accuracy"]
    return Agreement(
        task,
        int(said.sum()),
        int(by_hand.sum()),
        float(same if same is not None else 0),
        pings["f1"] if has_any else None,
        events["found"],
        events["true"],
    )


def _whole(share: float) -> str:
    return {0.0: "none", 1.0: "all"}.get(share, percent(share))
