"""What all workers are told of one labeling of an archive, and where each part's work lies until all is done."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from artifact import paper
from artifact.approaches.approach import Approach
from artifact.archive.columns import Columns
from artifact.archive.plan import Part
from artifact.inputs.input import Input
from artifact.run import Setting
from artifact.setting import setting_of
from artifact.study import StudyFile


@dataclass(frozen=True)
class WorkPaths:
    """The files of a labeling under way; what is in ``done`` appears in the end, all of it at once."""

    folder: Path

    @property
    def lock(self) -> Path:
        """Held while a command works on what becomes the same output."""
        return self.folder.parent / ".lock"

    @property
    def begun(self) -> Path:
        """What decides this labeling."""
        return self.folder / "begun.json"

    @property
    def done(self) -> Path:
        """Here lies what becomes the output folder."""
        return self.folder / "done"

    def written(self) -> list[Path]:
        """Return every folder that is written to."""
        return [self.folder, *(self.folder / name for name in ("counts", "summaries")), *self.done.glob("**/")]

    def counts(self, part: Part) -> Path:
        """Return where a part's counts of vote patterns and its sample lie."""
        return self.folder / "counts" / f"part-{part.number:05}.safetensors"

    def labels(self, part: Part) -> Path:
        """Return where a part's labels lie."""
        return self.done / "labels" / f"part-{part.number:05}.parquet"

    def summary(self, part: Part) -> Path:
        """Return where the summaries of a part's series lie."""
        return self.folder / "summaries" / f"part-{part.number:05}.parquet"

    def fitted(self, approach: str, part: str) -> Path:
        """Return what was fitted by an approach to one task, or to all at once."""
        return self.done / "models" / f"{approach}_{part}.safetensors"


@dataclass(frozen=True)
class Job:
    """A study's label models and network, the columns of an archive of so many rows, and where to work."""

    file: StudyFile
    columns: Columns
    rows: int
    folder: Path

    @property
    def paths(self) -> WorkPaths:
        """Where its files lie."""
        return WorkPaths(self.folder)

    @property
    def setting(self) -> Setting:
        """The tasks, and the approaches of Table 1: label models, then the network that they teach."""
        return setting_of(self.file, paper.approaches())

    @property
    def inputs(self) -> list[Input]:
        """What the approaches see of a ping besides votes."""
        return inputs_of(self.setting.approaches)

    @property
    def sample(self) -> NDArray[np.int64]:
        """The rows that the network learns from, spread evenly: as many as the study's own networks have."""
        study = self.file.study
        count = min(round(study.trace.pings * study.dataset.train), self.rows)
        # Python's integers: 10^10 rows times thousands would not fit into 64 bits much longer.
        return np.array([k * self.rows // count for k in range(count)], dtype=np.int64)


def inputs_of(approaches: tuple[Approach, ...]) -> list[Input]:
    """Return the inputs of approaches, each once."""
    return list({of.input.name: of.input for of in approaches if of.input}.values())
