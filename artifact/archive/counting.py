"""The first pass: each part's vote patterns, its share of the network's sample, and the series that begin in it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artifact.archive.job import Job
from artifact.archive.plan import Part
from artifact.archive.reading import Block, blocks
from artifact.archive.voting import reach, voted
from artifact.labeling.patterns import Patterns, counts_of
from artifact.store.files import write_numbers

State = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Counted:
    """What the first pass finds: patterns per task; of sampled rows, votes per task and features per input.

    ``series``, shape (series, 2), are checksums of the names of series, ``begins`` the archive's rows at which they do.
    """

    patterns: dict[str, Patterns]
    votes: dict[str, NDArray[np.int8]]
    features: dict[str, NDArray[np.float64]]
    series: NDArray[np.uint64]
    begins: NDArray[np.int64]


def count_part(piece: tuple[Job, Part]) -> int:
    """Count one part and keep what was counted, if that is not done; return its number of rows."""
    job, part = piece
    path = job.paths.counts(part)
    if not path.exists():
        write_numbers(path, _state(_count(job, part)))
    return part.rows


def counted(job: Job, parts: Iterable[Part]) -> Counted:
    """Return what was counted in all parts."""
    from safetensors.numpy import load_file

    return _together(_counted(load_file(job.paths.counts(part))) for part in parts)


def _count(job: Job, part: Part) -> Counted:
    tasks, inputs, sample = job.setting.tasks, job.inputs, job.sample
    found = []
    for block in blocks(part, job.columns, reach(tasks, inputs)):
        seen = voted(block, tasks, inputs)
        rows = block.rows.stop - block.rows.start
        sampled = sample[(sample >= block.at) & (sample < block.at + rows)] - block.at
        found.append(
            Counted(
                {task: counts_of(votes) for task, votes in seen.votes.items()},
                {task: votes[sampled] for task, votes in seen.votes.items()},
                {name: features[sampled] for name, features in seen.features.items()},
                *_series(block, job.columns.keys),
            )
        )
    return _together(found)


def _series(block: Block, keys: tuple[str, ...]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Return checksums of the series that begin among the block's own rows, and where; files of their own need none."""
    own = block.begins[(block.begins >= block.rows.start) & (block.begins < block.rows.stop)]
    if not keys:
        own = own[:0]
    names = zip(*(block.table.column(key).take(own).to_pylist() for key in keys), strict=True)
    sums = b"".join(hashlib.blake2b(repr(name).encode(), digest_size=16).digest() for name in names)
    return np.frombuffer(sums, dtype=np.uint64).reshape(-1, 2), own - block.rows.start + block.at


def _together(some: Iterable[Counted]) -> Counted:
    parts = list(some)
    patterns = dict(parts[0].patterns)
    for part in parts[1:]:
        patterns = {task: of + part.patterns[task] for task, of in patterns.items()}
    return Counted(
        patterns,
        {task: np.concatenate([part.votes[task] for part in parts]) for task in patterns},
        {name: np.concatenate([part.features[name] for part in parts]) for name in parts[0].features},
        np.concatenate([part.series for part in parts]),
        np.concatenate([part.begins for part in parts]),
    )


def _state(found: Counted) -> dict[str, NDArray[Any]]:
    return {
        **{f"patterns {task}": of.votes for task, of in found.patterns.items()},
        **{f"counts {task}": of.counts for task, of in found.patterns.items()},
        **{f"votes {task}": votes for task, votes in found.votes.items()},
        **{f"features {name}": features for name, features in found.features.items()},
        "series": found.series,
        "begins": found.begins,
    }


def _counted(state: State) -> Counted:
    def named(kind: str) -> dict[str, NDArray[Any]]:
        return {name.removeprefix(f"{kind} "): of for name, of in state.items() if name.startswith(f"{kind} ")}

    counts = named("counts")
    patterns = {task: Patterns(votes, counts[task]) for task, votes in named("patterns").items()}
    return Counted(patterns, named("votes"), named("features"), state["series"], state["begins"])
