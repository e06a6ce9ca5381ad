"""Series in which a person marked each change of level: Shao's pings of RIPE Atlas probes, one CSV file each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from artifact.changes.scoring import Indices
from artifact.errors import BadInputError
from artifact.tasks.task import Microseconds
from artifact.trace.series import LONGEST_RTT_US

FILES = "[0-9]*.csv"
"""Files named by a probe's number: generated series lie beside them under names."""
REMEDY = "give a folder of files named by a probe's number, with columns epoch;rtt;cp, as in WenqinSHAO/rtt"


@dataclass(frozen=True)
class Labelled:
    """RTTs in ms, losses NaN, shape (n,), and the pings at which somebody saw a new level begin."""

    name: str
    rtt_ms: NDArray[np.float64]
    labels: Indices

    @property
    def rtt_us(self) -> Microseconds:
        """The same in whole microseconds, a loss 0, as the study has it."""
        return np.rint(1000 * np.nan_to_num(self.rtt_ms)).astype(np.int64)

    def filled(self) -> Labelled:
        """Return the series with each loss filled by the last reply, without labels on a loss or right after one.

        Where it begins with losses the first reply fills them.
        """
        lost = np.isnan(self.rtt_ms)
        after = np.r_[False, lost[:-1]]
        kept = self.labels[~(lost | after)[self.labels]]
        return Labelled(self.name, fill(self.rtt_ms), kept)


def fill(rtt_ms: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the series with each loss (NaN) filled by the reply before it, or by the first reply."""
    answered = np.flatnonzero(~np.isnan(rtt_ms))
    before = np.searchsorted(answered, np.arange(len(rtt_ms)), side="right") - 1
    return rtt_ms[answered[np.maximum(before, 0)]]


def read_folder(folder: Path) -> list[Labelled]:
    """Read all labelled series of a folder, by name; BadInputError names a file and line that cannot be read."""
    if not folder.is_dir():
        raise BadInputError(folder, "is no folder", REMEDY)
    files = sorted(folder.glob(FILES))
    if not files:
        raise BadInputError(folder, "holds no labelled series", REMEDY)
    return [read(path) for path in files]


def read(path: Path) -> Labelled:
    """Read one file: a header with ``rtt`` (ms, a loss is negative) and ``cp`` (1 where a level begins), semicolons."""
    import pandas as pd

    try:
        table = pd.read_csv(path, sep=";", dtype=str, keep_default_na=False, index_col=False)
    except (ValueError, UnicodeDecodeError) as error:
        raise BadInputError(path, f"is no table ({' '.join(str(error).split())})", REMEDY) from None
    for column in ("rtt", "cp"):
        if column not in table:
            raise BadInputError(path, f"has no column {column}", REMEDY, line=1)
    rtt_ms = pd.to_numeric(table["rtt"], errors="coerce").to_numpy(dtype=np.float64)
    _refuse(path, ~(rtt_ms <= LONGEST_RTT_US / 1000), "rtt is no number of milliseconds")
    _refuse(path, ~table["cp"].isin(["0", "1"]).to_numpy(), "cp is neither 0 nor 1")
    rtt_ms = np.where(rtt_ms > 0, rtt_ms, np.nan)
    # Nothing comes before the first ping that it could differ from.
    labels = np.flatnonzero(table["cp"].to_numpy() == "1")
    labelled = Labelled(path.stem, rtt_ms, labels[labels > 0])
    if not len(labelled.labels) or np.isnan(rtt_ms).all():
        raise BadInputError(path, "has no change that is marked, or no reply", REMEDY)
    return labelled


def _refuse(path: Path, wrong: NDArray[np.bool_], problem: str) -> None:
    if wrong.any():
        raise BadInputError(path, problem, REMEDY, line=int(np.flatnonzero(wrong)[0]) + 2)
