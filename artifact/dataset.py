"""The data set of section 3.1: properties added at random to a base trace, gold labels, 60/20/20."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from artifact.errors import BadInputError
from artifact.parameters import DatasetParameters, TraceParameters
from artifact.tasks.task import Mask, Microseconds, Task
from artifact.trace.series import Trace
from artifact.trace.synthetic import synthetic_trace

SPLITS = ("train", "validation", "test")
MOST_DRAWS = 1_000
"""How often a property is drawn anew until every split contains some of it."""
Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Dataset:
    """A base trace with properties added, shapes (n,): microseconds, 0 is a loss; gold labels in {0, 1}.

    ``splits`` maps each part's name to its pings' positions.
    """

    base_us: Microseconds
    rtt_us: Microseconds
    gold: dict[str, NDArray[np.int8]]
    splits: dict[str, Rows]

    def sha256(self) -> str:
        """Return the checksum of the series and its gold labels, independent of byte order."""
        digest = hashlib.sha256(self.rtt_us.astype("<i8").tobytes())
        for name, labels in self.gold.items():
            digest.update(name.encode() + labels.tobytes())
        return digest.hexdigest()


def build_dataset(
    trace_p: TraceParameters, p: DatasetParameters, tasks: Sequence[Task], seed: int, trace: Trace | None = None
) -> Dataset:
    """Add the tasks' properties to ``trace``, or to a synthetic one drawn with the same seed (section 3.1).

    Each task draws from a stream of its own, so that a further task leaves the others' random choices alone. Draws are
    repeated until each part of the split in time has some of each property, whichever split is then used.
    """
    base = trace or synthetic_trace(trace_p, _stream(seed, "trace"))
    cleaned = clean(base.rtt_us[: trace_p.pings], p.clean_quantile)
    in_time = _split(np.arange(len(cleaned)), p)
    streams = {task.name: _stream(seed, task.name) for task in tasks}
    for _ in range(MOST_DRAWS):
        rtt_us, gold = cleaned, {}
        for task in tasks:
            rtt_us, gold[task.name] = _inject_everywhere(task, rtt_us, streams[task.name], in_time)
        _resolve_conflicts(tasks, gold)
        if all(_in_every_split(mask, in_time) for mask in gold.values()):
            labels = {name: mask.astype(np.int8) for name, mask in gold.items()}
            return Dataset(cleaned, rtt_us, labels, split(len(cleaned), p, seed))
    raise _cannot_fill("a property", len(cleaned))


def clean(rtt_us: Microseconds, quantile: float) -> Microseconds:
    """Pull natural spikes down to a quantile of the answered pings, so that added properties stand out (3.1)."""
    if not (rtt_us > 0).any():
        raise BadInputError("trace", "no ping was answered", "use a trace with replies")
    ceiling = int(np.quantile(rtt_us[rtt_us > 0], quantile, method="lower"))
    return np.minimum(rtt_us, ceiling)


def split(n: int, p: DatasetParameters, seed: int) -> dict[str, Rows]:
    """Divide n pings into training, validation, testing (section 3.1), in the order of time or shuffled."""
    return _split(np.arange(n) if p.split == "time" else _stream(seed, "split").permutation(n), p)


def _split(order: Rows, p: DatasetParameters) -> dict[str, Rows]:
    n = len(order)
    ends = [0, round(p.train * n), round((p.train + p.validation) * n), n]
    parts = (order[begin:end] for begin, end in pairwise(ends))
    return dict(zip(SPLITS, parts, strict=True))


def _stream(seed: int, name: str) -> np.random.Generator:
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


def _inject_everywhere(
    task: Task, rtt_us: Microseconds, rng: np.random.Generator, splits: dict[str, Rows]
) -> tuple[Microseconds, Mask]:
    """Inject a task's property, drawn anew until each split contains some of it (section 3.1)."""
    for _ in range(MOST_DRAWS):
        changed, gold = task.inject(rtt_us, rng)
        if _in_every_split(gold, splits):
            return changed, gold
    raise _cannot_fill(f"tasks.{task.name}", len(rtt_us))


def _in_every_split(gold: Mask, splits: dict[str, Rows]) -> bool:
    return all(gold[part].any() and not gold[part].all() for part in splits.values())


def _cannot_fill(where: str, n: int) -> BadInputError:
    return BadInputError(
        where,
        f"after {MOST_DRAWS} draws a split of {n} pings still has none of it, or nothing else",
        "raise its probability, shorten its lengths, use a longer trace, or mark beginnings alone, as an event task",
    )


def _resolve_conflicts(tasks: Sequence[Task], gold: dict[str, Mask]) -> None:
    for task in tasks:
        for other in task.excludes:
            if other in gold:
                gold[task.name] &= ~gold[other]
