"""A log -> a folder with points, events, a summary and a page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from artifact import interrupts
from artifact.annotate.annotation import Annotation, annotated
from artifact.annotate.hand import Agreement, ByHand, read_by_hand
from artifact.annotate.labels import BLIND, Labelers, labelers
from artifact.annotate.page import page
from artifact.annotate.summary import as_text
from artifact.annotate.tables import CSV, PARQUET, has_parquet, write_events, write_points
from artifact.errors import BadInputError
from artifact.store.files import appearing_together, refuse_existing, write_text
from artifact.store.kept import keep, kept
from artifact.trace.log import Log
from artifact.trace.reading import read_log
from artifact.trace.series import Trace

POINTS, EVENTS, SUMMARY, PAGE, RECORD = "points", "events.csv", "summary.txt", "page.html", "annotation.json"
EVERY = "all"
"""What stands for every series of a log."""


def annotate(  # noqa: PLR0913 - one per option
    log: Path,
    output: Path | None,
    study: Path,
    results: Path,
    approaches: Sequence[str] = (BLIND,),
    series: str | None = None,
    by_hand: Path | None = None,
) -> str:
    """Label a log's series and write what is in them; return the summary as text.

    ``output``: a folder for all of it (a name of the log's own below ``results`` if not given), or a ``.csv`` or
    ``.parquet`` for the points alone. ``series`` names one, the longest if not given, or ``all``. ``by_hand``: labels
    to compare with. Nothing is replaced but what an earlier run wrote and nobody has changed since.
    """
    target = output or results / "annotated" / _folder_name(log)
    alone = target.suffix in (CSV, PARQUET)
    if alone:
        refuse_existing(target)
    else:
        _refuse_others(target)
    asked = labelers(approaches, study, results)
    found = read_log(log)
    traces = _chosen(found, series)
    hand = read_by_hand(by_hand, found.series, [task.name for task in asked.tasks]) if by_hand else None
    annotations = [annotated(trace, asked) for trace in traces]
    done = _Done(found, annotations, asked, hand)
    if alone:
        write_points(target, annotations)
        return f"{done.summary}{target}\n"
    _write(target, done)
    return f"{done.summary}{target / PAGE}\n"


@dataclass(frozen=True)
class _Done:
    log: Log
    annotations: Sequence[Annotation]
    asked: Labelers
    hand: ByHand | None

    @cached_property
    def summary(self) -> str:
        return "\n".join(self._of(annotation) for annotation in self.annotations)

    @property
    def page(self) -> str:
        agreements = {of.trace.series: self._agreement(of) for of in self.annotations}
        return page(self.log.name, self.annotations, self.asked, self.hand, agreements)

    @property
    def manifest(self) -> dict[str, Any]:
        series = [of.trace.series for of in self.annotations]
        return {"log": self.log.sha256, "series": series, "approaches": list(self.asked.names)}

    def _of(self, annotation: Annotation) -> str:
        series = annotation.trace.series
        agreement = [f"by hand: {one.in_words()}" for one in self._agreement(annotation)]
        notes = [f"note: {note}" for note in (*annotation.notes, *self.log.notes)]
        return as_text(f"{self.log.name}: {series}" if series else self.log.name, annotation.said, agreement + notes)

    def _agreement(self, annotation: Annotation) -> Sequence[Agreement]:
        return self.hand.agreement(annotation) if self.hand else []


def _chosen(log: Log, series: str | None) -> tuple[Trace, ...]:
    names = {trace.series for trace in log.series}
    return log.series if series == EVERY and EVERY not in names else (log.named(series),)


def _write(folder: Path, done: _Done) -> None:
    writers: dict[str, Callable[[Path], None]] = {
        f"{POINTS}{CSV}": lambda path: write_points(path, done.annotations),
        EVENTS: lambda path: write_events(path, done.annotations),
        SUMMARY: lambda path: write_text(path, done.summary),
        PAGE: lambda path: write_text(path, done.page),
    }
    if has_parquet():
        writers[f"{POINTS}{PARQUET}"] = lambda path: write_points(path, done.annotations)
    # Half of it would be refused as somebody else's when the command is repeated.
    with interrupts.raised(), appearing_together(folder) as beside:
        for name, write in writers.items():
            write(beside / name)
        keep(beside / RECORD, done.manifest, {}, [beside / name for name in writers])


def _refuse_others(folder: Path) -> None:
    """Raise BadInputError where a file that is not ours, or was changed since, would be replaced."""
    there = [name for name in _names() if (folder / name).exists() or (folder / name).is_symlink()]
    if not there:
        return
    try:
        kept(folder / RECORD)
    except ValueError:
        remedy = "name a new folder with --output"
        raise BadInputError(folder / there[0], "is there already, and not as it was written", remedy) from None


def _names() -> Iterable[str]:
    return (f"{POINTS}{CSV}", f"{POINTS}{PARQUET}", EVENTS, SUMMARY, PAGE, RECORD)


def _folder_name(log: Path) -> str:
    """Return a log's name as one of a folder, which it may be whatever it holds."""
    return re.sub(r"[^\w.-]", "_", log.stem).lstrip(".") or "log"
