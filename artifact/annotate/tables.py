"""Points and events as tables, for a spreadsheet or a notebook."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from artifact.annotate.annotation import Annotation
from artifact.annotate.events import in_words
from artifact.errors import BadInputError
from artifact.store.files import appearing, write_text
from artifact.trace.series import Trace

if TYPE_CHECKING:
    import pandas as pd

CSV, PARQUET = ".csv", ".parquet"
RISKY = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""


def has_parquet() -> bool:
    """Tell whether there is a library here that writes Parquet; the study needs none."""
    return importlib.util.find_spec("pyarrow") is not None


def inert(name: str) -> str:
    """Return a name from a log so that no spreadsheet runs it: behind an apostrophe where it looks like a formula."""
    return f"'{name}" if name.startswith(RISKY) else name


def write_points(path: Path, annotations: Sequence[Annotation]) -> None:
    """Write a row per ping: series (where there are several), number, time (where known), RTT, labels, probabilities.

    RTTs in ms, 0 is a loss. ``TASK_APPROACH`` is a label, 0 or 1, ``TASK_APPROACH_p`` its probability; a series that is
    too short to be labelled has empty cells. Parquet where the name ends so and pyarrow is there, CSV otherwise.
    """
    import pandas as pd

    frame = pd.concat([_points(of, len(annotations) > 1) for of in annotations], ignore_index=True)
    _write(path, frame)


def write_events(path: Path, annotations: Sequence[Annotation]) -> None:
    """Write a row per event: series, what, from, to, how long, first and last ping, and how bad in numbers and words.

    A gap has no pings; an event that has no end to speak of (a change of level) has no ``to``.
    """
    import pandas as pd

    rows = [row for annotation in annotations for row in _events(annotation)]
    columns = ("series", "what", "from", "to", "seconds", "first_ping", "last_ping", "pings", "lost", "above_ms",
               "slowest_ms", "probability", "how_bad")  # fmt: skip
    _write(path, pd.DataFrame(rows, columns=list(columns)))


def called(trace: Trace) -> str:
    """Return how a series is called in a table: its own name, or its log's."""
    return inert(trace.series or trace.name)


def _write(path: Path, frame: pd.DataFrame) -> None:
    if path.suffix == PARQUET:
        if not has_parquet():
            raise BadInputError(path, "needs pyarrow, which is not installed", "install it, or name a .csv")
        with appearing(path) as beside:
            frame.to_parquet(beside, index=False)
    else:
        write_text(path, frame.to_csv(index=False, lineterminator="\n"))


def _points(of: Annotation, several: bool) -> pd.DataFrame:
    import pandas as pd

    n = len(of.trace)
    columns: dict[str, Any] = {"series": called(of.trace)} if several else {}
    columns["ping"] = np.arange(1, n + 1)
    if of.trace.sent_us is not None:
        columns["time"] = of.trace.sent_us.view("datetime64[us]")
    columns["rtt_ms"] = of.trace.rtt_us / 1000
    for approach, labelled in of.labelled.items():
        for task, labels in labelled.labels.items():
            columns[f"{task}_{approach}"] = labels
            if task in labelled.posteriors:
                columns[f"{task}_{approach}_p"] = labelled.posteriors[task][:, 1].astype(np.float64).round(4)
    return pd.DataFrame(columns, index=range(n))


def _events(of: Annotation) -> list[tuple[Any, ...]]:
    moments, timed = of.moments, of.trace.sent_us is not None
    rows = []
    for event in of.events:
        is_gap = event.begin == event.end
        first = event.begin - is_gap  # a gap lies between two pings
        rows.append(
            (
                called(of.trace),
                event.what,
                moments.said(first) if timed else None,
                None if event.is_moment or not timed else moments.date(_end_us(of, event.end, is_gap)),
                round(moments.seconds(event.begin, event.end), 3) if timed and not event.is_moment else None,
                None if is_gap else event.begin + 1,
                None if is_gap else event.end,
                event.pings,
                event.lost,
                None if event.above_ms is None else round(event.above_ms, 3),
                event.slowest_ms,
                None if event.probability is None else round(event.probability, 4),
                in_words(event),
            )
        )
    return rows


def _end_us(of: Annotation, end: int, is_gap: bool) -> int:
    assert of.trace.sent_us is not None  # noqa: S101 - asked of what has times
    return int(of.trace.sent_us[end]) if is_gap else of.moments.until_us(end)
